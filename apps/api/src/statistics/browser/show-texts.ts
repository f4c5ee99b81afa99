import { element, find, toneOf } from '../../operator-page/browser/elements.js';
import { answersOf, directOf, signUpsOf, valueOf, type Links, type Measure, type Report, type Sums, type Text } from './report.js';
import { count, languageOf, percent, titleOf } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const list = find('texts');

const figure = (label: string, value: string): HTMLElement => element('div', '', element('dt', '', label), element('dd', '', value));

interface Share {
  kind: 'yes' | 'some' | 'no' | 'rest';
  label: string;
  value: number;
}

/** How the answers are divided; where people signed up, how the sign-ups are. */
function sharesOf(sums: Sums): Share[] {
  const signUps = signUpsOf(sums);
  if (signUps > 0) {
    const value = (100 * sums.confirmed) / signUps;
    return [{ kind: 'yes', label: 'confirmed', value }, { kind: 'rest', label: 'not confirmed', value: 100 - value }];
  }
  const of = (kind: Share['kind'], label: string, measure: Measure): Share => ({ kind, label, value: valueOf(sums, measure) ?? 0 });
  return answersOf(sums) === 0 ? [] : [of('yes', 'yes', 'accepted'), of('some', 'some', 'chosen'), of('no', 'no', 'refused')];
}

/** The shares as a bar; the numbers stand below it. */
function bar(shares: Share[]): Element {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 1');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'share');
  let x = 0;
  for (const { kind, value } of shares.filter((one) => one.kind !== 'rest')) {
    const rect = document.createElementNS(SVG, 'rect');
    for (const [name, given] of Object.entries({ x, y: 0, width: value, height: 1, class: kind })) rect.setAttribute(name, String(given));
    svg.append(rect);
    x += value;
  }
  return svg;
}

/** What the bar says, in words. */
function keyOf(shares: Share[]): HTMLElement[] {
  const lines = shares.map(({ kind, label, value }) => element('li', '', element('span', `swatch ${kind}`), `${label} ${percent(value)}`));
  return lines.length > 0 ? [element('ul', 'key', ...lines)] : [];
}

const many = (number: number, one: string, more: string): string => `${count(number)} ${number === 1 ? one : more}`;

/** What the first share is a share of. */
function measureOf(sums: Sums): string {
  const signUps = signUpsOf(sums);
  const answers = answersOf(sums);
  if (signUps > 0) return `confirmed, of ${many(signUps, 'sign-up', 'sign-ups')}`;
  return answers === 0 ? 'no answers' : `yes to all, of ${many(answers, 'answer', 'answers')}`;
}

/** Sign-ups that were confirmed, and below them what needed no confirmation. */
function figuresOf(sums: Sums): HTMLElement[] {
  const direct = directOf(sums);
  const [shown, takenBack] = [figure('shown', count(sums.shown)), figure('taken back', count(sums.withdrawn))];
  if (signUpsOf(sums) === 0) return [shown, figure('answered', count(direct)), takenBack];
  return [shown, figure('confirmed', count(sums.confirmed)), takenBack, ...(direct > 0 ? [figure('answered without a sign-up', count(direct))] : [])];
}

function card(text: Text, at: number): HTMLElement {
  const { sums } = text;
  const shares = sharesOf(sums);
  return element(
    'li', 'card',
    element('div', 'card-head', element('h2', '', element('span', `swatch ${toneOf(at)}`), titleOf(text)), ...(text.locale ? [element('span', 'tag', languageOf(text.locale))] : [])),
    element('p', 'big', element('strong', '', percent(shares[0]?.value)), element('span', '', measureOf(sums))),
    bar(shares),
    ...keyOf(shares),
    element('dl', '', ...figuresOf(sums)),
  );
}

/** One card for each text and language. */
export function showTexts(texts: Text[]): void {
  if (texts.length > 0) return list.replaceChildren(...texts.map(card));
  list.replaceChildren(element('li', 'card', element('h2', '', 'Nothing was asked in these days'), element('p', 'hint', 'A page with the script of this ledger counts what it shows by itself.')));
}

const sumOf = (links: Links[], name: 'opened' | 'pressed' | 'one-click' | 'undone'): number => links.reduce((sum, one) => sum + one[name], 0);

/** What became of unsubscribe links. */
export function showLinks({ links }: Report): void {
  const own = links.filter(({ link }) => link === 'unsubscribe');
  find('links').replaceChildren(
    figure('opened', count(sumOf(own, 'opened'))),
    figure('ended on the page', count(sumOf(own, 'pressed'))),
    figure('ended by one click', count(sumOf(own, 'one-click'))),
    figure('undone', count(sumOf(own, 'undone'))),
  );
}

/** Who collected: to choose among. Who is chosen stays, also where he collected nothing. */
export function showSources({ rows }: Report): void {
  const select = find<HTMLSelectElement>('source');
  const { value } = select;
  const names = [...new Set([...rows.map(({ source }) => source), value])].filter(Boolean).sort();
  const known = [...select.options].slice(1).map(({ value }) => value);
  if (JSON.stringify(names) === JSON.stringify(known)) return;
  const option = (name: string): HTMLOptionElement => new Option(name === '~mail' ? 'links in mails' : name, name);
  select.replaceChildren(new Option('everybody', ''), ...names.map(option));
  select.value = value;
}
