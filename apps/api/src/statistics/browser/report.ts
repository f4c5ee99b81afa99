import { ask } from '../../operator-page/browser/ask.js';

/** What GET /v1/statistics answers, as far as it is shown here. */
export interface Row {
  day: string;
  source: string;
  notice: string;
  version: string;
  locale: string;
  shown: number;
  requested: number;
  accepted: number;
  chosen: number;
  refused: number;
  withdrawn: number;
  confirmed: number;
}

export interface Links {
  day: string;
  link: string;
  opened: number;
  pressed: number;
  'one-click': number;
  undone: number;
}

export interface Report {
  from: string;
  to: string;
  rows: Row[];
  links: Links[];
}

export type Measure = 'accepted' | 'chosen' | 'refused' | 'withdrawn' | 'shown';
export type Sums = Pick<Row, Measure | 'requested' | 'confirmed'>;

/** One text in one language: a line of the chart. */
export interface Text {
  notice: string;
  version: string;
  locale: string;
  sums: Sums;
  days: Map<string, Sums>;
}

const DAY_MS = 86_400_000;
const BY = 'day,source,notice,version,locale';

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const pathOf = (days: number): string => `/v1/statistics?from=${dayOf(Date.now() - (days - 1) * DAY_MS)}&by=${BY}`;

export const askReport = async (key: string, days: number, signal: AbortSignal): Promise<Report> => (await (await ask(key, pathOf(days), signal)).json()) as Report;

export const askCsv = async (key: string, days: number): Promise<Blob> => (await ask(key, `${pathOf(days)}&format=csv`)).blob();

/** Every day of the report, also those of which nothing was counted. */
export function daysOf({ from, to }: Report): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return Array.from({ length: count }, (_, at) => dayOf(Date.parse(from) + at * DAY_MS));
}

const nothing = (): Sums => ({ shown: 0, requested: 0, accepted: 0, chosen: 0, refused: 0, withdrawn: 0, confirmed: 0 });

function add(sums: Sums, row: Sums): void {
  for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += row[name];
}

/** The texts of which something was counted, each with its sums and days; newer versions first. */
export function textsOf({ rows }: Report, source: string): Text[] {
  const texts = new Map<string, Text>();
  for (const row of rows) {
    if (source !== '' && row.source !== source) continue;
    const { notice, version, locale, day } = row;
    const name = JSON.stringify([notice, version, locale]);
    const text = texts.get(name) ?? { notice, version, locale, sums: nothing(), days: new Map<string, Sums>() };
    texts.set(name, text);
    text.days.set(day, text.days.get(day) ?? nothing());
    add(text.sums, row);
    add(text.days.get(day) ?? nothing(), row);
  }
  const rank = new Intl.Collator('en', { numeric: true });
  return [...texts.values()].sort((one, other) => rank.compare(one.notice, other.notice) || rank.compare(other.version, one.version) || rank.compare(one.locale, other.locale));
}

/** How often a double opt-in was begun; where more are confirmed than begun in these days, some were begun before. */
export const signUpsOf = ({ requested, confirmed }: Sums): number => Math.max(requested, confirmed);

/** Yes, some and no that confirmed no sign-up. */
export const directOf = ({ accepted, confirmed, chosen, refused }: Sums): number => accepted - confirmed + chosen + refused;

export const answersOf = (sums: Sums): number => signUpsOf(sums) + directOf(sums);

/** A share of the answers in percent; a plain count of what is no answer. Undefined where there was none. */
export function valueOf(sums: Sums, measure: Measure): number | undefined {
  if (measure === 'shown' || measure === 'withdrawn') return sums[measure];
  const all = answersOf(sums);
  return all === 0 ? undefined : (100 * sums[measure]) / all;
}

export const isShare = (measure: Measure): boolean => measure !== 'shown' && measure !== 'withdrawn';
