import { element, find, toneOf } from '../../operator-page/browser/elements.js';
import { answersOf, valueOf, type Links, type Report, type Sums, type Text } from './report.js';
import { count, languageOf, percent, titleOf } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const list = find('texts');

const figure = (label: string, value: string): HTMLElement => element('div', '', element('dt', '', label), element('dd', '', value));

/** How the answers are divided, as a bar; the numbers stand below it. */
function bar(sums: Sums): Element {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 1');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'share');
  let x = 0;
  for (const [kind, share] of [['yes', valueOf(sums, 'accepted')], ['some', valueOf(sums, 'chosen')], ['no', valueOf(sums, 'refused')]] as const) {
    const rect = document.createElementNS(SVG, 'rect');
    for (const [name, value] of Object.entries({ x, y: 0, width: share ?? 0, height: 1, class: kind })) rect.setAttribute(name, String(value));
    svg.append(rect);
    x += share ?? 0;
  }
  return svg;
}

/** What the bar says, in words. */
function keyOf(sums: Sums): HTMLElement[] {
  const yes = valueOf(sums, 'accepted');
  if (yes === undefined) return [];
  if (sums.requested > 0) return [element('ul', 'key', share('yes', 'confirmed', yes), share('rest', 'not confirmed', Math.max(0, 100 - yes)))];
  return [element('ul', 'key', share('yes', 'yes', yes), share('some', 'some', valueOf(sums, 'chosen')), share('no', 'no', valueOf(sums, 'refused')))];
}

const share = (kind: string, label: string, value: number | undefined): HTMLElement => element('li', '', element('span', `swatch ${kind}`), `${label} ${percent(value)}`);

function card(text: Text, at: number): HTMLElement {
  const { sums } = text;
  const answers = answersOf(sums);
  const of = sums.requested > 0 ? `confirmed, of ${count(sums.requested)} sign-ups` : `yes to all, of ${count(answers)} ${answers === 1 ? 'answer' : 'answers'}`;
  return element(
    'li', 'card',
    element('div', 'card-head', element('h2', '', element('span', `swatch ${toneOf(at)}`), titleOf(text)), ...(text.locale ? [element('span', 'tag', languageOf(text.locale))] : [])),
    element('p', 'big', element('strong', '', percent(valueOf(sums, 'accepted'))), element('span', '', answers === 0 ? 'no answers' : of)),
    bar(sums),
    ...keyOf(sums),
    element('dl', '', figure('shown', count(sums.shown)), figure(sums.requested > 0 ? 'confirmed' : 'answered', count(sums.accepted + sums.chosen + sums.refused)), figure('taken back', count(sums.withdrawn))),
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
