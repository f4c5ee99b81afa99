const parse = (markup: string): HTMLElement => {
  const { body } = new DOMParser().parseFromString(`<!doctype html><body>${markup}`, 'text/html');
  return document.adoptNode(body);
};

const partsOf = (root: ParentNode): Map<string, HTMLElement> =>
  new Map([...root.querySelectorAll<HTMLElement>('[data-part]')].map((part) => [part.dataset.part ?? '', part]));

const sameParts = (one: Map<string, HTMLElement>, other: Map<string, HTMLElement>): boolean =>
  one.size === other.size && [...one.keys()].every((name) => other.has(name));

/** What became of the cards: another state, by somebody else or as a "no" that had waited here. */
export interface Changed {
  elsewhere: string[];
  sent: string[];
  /** Something that is not of one purpose, and is to be said. */
  told: boolean;
}

function note(changed: Changed, old: HTMLElement, part: HTMLElement): void {
  const { purpose, state } = part.dataset;
  if (part.dataset.told !== undefined) changed.told = true;
  if (!purpose || old.dataset.state === state) return;
  (old.dataset.waiting === undefined ? changed.elsewhere : changed.sent).push(purpose);
}

/** What was folded out stays so. */
function keepOpen(old: HTMLElement, part: HTMLElement): void {
  for (const { id } of old.querySelectorAll('details[open]')) part.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isBox = (field: Field): field is HTMLInputElement => field instanceof HTMLInputElement;

/** Where no option is marked, the first is chosen. */
const markedIn = ({ options }: HTMLSelectElement): number => Math.max(0, [...options].findLastIndex(({ defaultSelected }) => defaultSelected));

function isTouched(field: Field): boolean {
  if (isBox(field)) return field.checked !== field.defaultChecked;
  return field instanceof HTMLSelectElement ? field.selectedIndex !== markedIn(field) : field.value !== field.defaultValue;
}

const FIELDS = 'form:not([data-choice]) :is(input[type=checkbox], input[type=radio], select, textarea)[id]';

/** Whether somebody has written something that is not sent yet. */
export const isBeingWritten = (view: ParentNode): boolean => [...view.querySelectorAll('textarea')].some(isTouched);

const takes = (field: Field, value: string): boolean => !(field instanceof HTMLSelectElement) || [...field.options].some((option) => option.value === value);

/** What somebody has ticked or written and not sent yet stays, as long as there is a place for it. */
function keepWishes(old: ParentNode, fresh: ParentNode): void {
  for (const field of old.querySelectorAll<Field>(FIELDS)) {
    const other = fresh.querySelector<Field>(`#${CSS.escape(field.id)}`);
    if (!other || !isTouched(field)) continue;
    if (isBox(field)) (other as HTMLInputElement).checked = field.checked;
    else if (takes(other, field.value)) other.value = field.value;
  }
}

function replaceChanged(before: Map<string, HTMLElement>, after: Map<string, HTMLElement>): Changed {
  const changed: Changed = { elsewhere: [], sent: [], told: false };
  for (const [name, part] of after) {
    const old = before.get(name);
    if (!old || old.dataset.rev === part.dataset.rev) continue;
    keepOpen(old, part);
    keepWishes(old, part);
    old.replaceWith(part);
    note(changed, old, part);
  }
  return changed;
}

/** Where the focus is: by the element's id, and by the part of the page that it stands in. */
const focusIn = (view: HTMLElement): { id: string; part?: string } | undefined => {
  const { activeElement: focused } = document;
  return focused && view.contains(focused) ? { id: focused.id, part: focused.closest<HTMLElement>('[data-part]')?.dataset.part } : undefined;
};

/** What takes the focus in place of what went with its press: the heading or the words there, which a key that is still held does not press. */
function insteadIn(part: ParentNode): HTMLElement | null {
  const found = part.querySelector<HTMLElement>('h2, h3') ?? part.querySelector<HTMLElement>('summary') ?? part.querySelector<HTMLElement>('p');
  if (found?.matches('h2, h3, p')) found.tabIndex = -1;
  return found;
}

function keepFocus(view: HTMLElement, was: ReturnType<typeof focusIn>): void {
  if (!was || view.contains(document.activeElement)) return;
  const part = [...view.querySelectorAll<HTMLElement>('[data-part]')].find(({ dataset }) => dataset.part === was.part) ?? view;
  const target = (was.id && document.getElementById(was.id)) || insteadIn(part);
  target?.focus({ preventScroll: true });
}

/**
 * Brings the page up to date: parts whose revision changed are replaced, everything else stays as it is, focus and wishes that
 * were not saved included.
 * Answers the purposes whose state changed.
 */
export function swapView(view: HTMLElement, markup: string): Changed {
  const fresh = parse(markup);
  const before = partsOf(view);
  const after = partsOf(fresh);
  const focused = focusIn(view);
  const same = sameParts(before, after);
  const changed = same ? replaceChanged(before, after) : { elsewhere: [], sent: [], told: false };
  if (!same) {
    keepOpen(view, fresh);
    keepWishes(view, fresh);
    view.replaceChildren(...fresh.childNodes);
  }
  keepFocus(view, focused);
  return changed;
}

/** Draws the eye to cards that changed. */
export function markChanged(view: HTMLElement, purposes: string[]): void {
  for (const purpose of purposes) view.querySelector(`[data-purpose="${purpose}"]`)?.classList.add('fresh');
}
