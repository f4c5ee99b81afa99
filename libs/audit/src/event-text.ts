import type { LedgerEvent } from '#contracts';
import { AT, type EventRow } from './rows.js';

/** PostgreSQL's `2026-11-22 10:00:00.5+00` in the ledger's form, `2026-11-22T10:00:00.500000Z`. */
export function ledgerTime(text: string): string {
  const [moment = ''] = text.split('+', 1);
  const day = moment.slice(0, 10);
  return `${day}T${moment.slice(11, 19)}.${moment.slice(20).padEnd(6, '0')}Z`;
}

/** What every event of a person must say besides its columns. */
export interface Expected {
  /** `,"kind":"<kind>","ledger":"<origin>"`, as it stands in the bytes. */
  holder: string;
  /** Leaf hash of the event before, hex. */
  prev: string | undefined;
}

/**
 * Whether columns repeat the members of the bytes, without reading the bytes as JSON: in canonical form the members have
 * one order, and what stands from `occurredAt` to the end is flat, so it must be this very text. Cheap and exact for what
 * the ledger writes; whatever else it does not recognise is `false`, for `differences` to look at.
 */
export function repeatsColumns(row: EventRow, { holder, prev }: Expected): boolean {
  const text = row[AT.text];
  const begin = text.lastIndexOf(',"occurredAt":"');
  const reader = new Reader(text, begin);
  if (begin < 0 || !placeIsIn(reader, row, prev)) return false;
  reader.skip('","reason":"');
  if (!recordIsIn(reader, row)) return false;
  if (reader.skip(',"via":"')) reader.skip('","viaId":"');
  if (!reader.ends()) return false;
  const id = text.indexOf('"event":"');
  return text.startsWith(row[AT.event], id + 9) && text.lastIndexOf(holder, begin) > id;
}

const placeIsIn = (reader: Reader, row: EventRow, prev: string | undefined): boolean =>
  reader.time(',"occurredAt":"', row[AT.occurred]) &&
  reader.is('","ordinal":', row[AT.ordinal]) &&
  reader.is(',"person":"', row[AT.person]) &&
  (prev === undefined || reader.is('","prev":"', prev)) &&
  reader.is('","purpose":"', row[AT.purpose]);

const recordIsIn = (reader: Reader, row: EventRow): boolean =>
  reader.time('","recordedAt":"', row[AT.recorded]) &&
  reader.is('","request":"', row[AT.request]) &&
  reader.is('","seq":', row[AT.seq]) &&
  reader.is(',"type":"', row[AT.type]) &&
  reader.is('","v":1,"version":', row[AT.version]);

/** Goes along a text, as long as it is what is expected. */
class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  is(name: string, value: string): boolean {
    const { text, at } = this;
    if (!text.startsWith(name, at) || !text.startsWith(value, at + name.length)) return false;
    this.at = at + name.length + value.length;
    return true;
  }

  /** A time, which PostgreSQL writes as `2026-11-22 10:00:00.5+00`. */
  time(name: string, value: string): boolean {
    const { text, at } = this;
    const begin = at + name.length;
    const sign = value.length - 3;
    if (value.length === 29) {
      if (!text.startsWith(name, at) || !text.startsWith(value.slice(0, 10), begin) || text[begin + 10] !== 'T' || !text.startsWith(value.slice(11, sign), begin + 11) || text[begin + 26] !== 'Z') return false;
      this.at = begin + 27;
      return true;
    }
    return this.is(name, ledgerTime(value));
  }

  /** Passes a text member that may stand here. */
  skip(name: string): boolean {
    if (!this.text.startsWith(name, this.at)) return false;
    this.at = this.text.indexOf('"', this.at + name.length);
    return this.at >= 0;
  }

  /** Whether all that is left ends the object, behind a text or a number. */
  ends(): boolean {
    const left = this.text.length - this.at;
    return (left === 1 && this.text[this.at] === '}') || (left === 2 && this.text.startsWith('"}', this.at));
  }
}

/** The members of the bytes; undefined where they are no JSON object. */
export function membersOf(text: string): LedgerEvent | undefined {
  try {
    const members: unknown = JSON.parse(text);
    return typeof members === 'object' && members !== null ? (members as LedgerEvent) : undefined;
  } catch {
    return undefined;
  }
}

const COLUMNS = ['person', 'seq', 'purpose', 'version', 'request', 'ordinal', 'event', 'type'] as const;

/** The columns that do not repeat the bytes' members, by name. */
export function differences(row: EventRow, members: LedgerEvent): string[] {
  const wrong: string[] = COLUMNS.filter((name) => row[AT[name]] !== String(members[name]));
  if (ledgerTime(row[AT.recorded]) !== members.recordedAt) wrong.push('recorded_at');
  if (ledgerTime(row[AT.occurred]) !== members.occurredAt) wrong.push('occurred_at');
  return wrong;
}

/** What the fold of a stream needs of an event. */
export type Step = Pick<LedgerEvent, 'type' | 'event' | 'version' | 'recordedAt' | 'via' | 'viaId' | 'after'> & Partial<Pick<LedgerEvent, 'occurredAt' | 'fact' | 'causes' | 'request'>>;

/** Types of which nothing but `after` moves a fold, unless something stands above what was chosen. */
const PLAIN: ReadonlySet<string> = new Set(['consent-granted', 'consent-withdrawn', 'consent-refused', 'preferences-changed', 'request-closed', 'objection-raised', 'decision-recorded']);
const AFTER = ',"after":';
const BASIS = ',"basis":"';

/**
 * What the fold needs, of an event whose columns repeat its members: of its bytes only `after` is read, and all of it where
 * more of it moves the fold. Reading every event as JSON costs as much as everything else together.
 */
export function stepOf(row: EventRow, recordedAt: string): Step | undefined {
  const text = row[AT.text];
  const begin = text.indexOf(AFTER) + AFTER.length;
  const end = text.indexOf(BASIS, begin);
  const type = row[AT.type] as Step['type'];
  if (begin < AFTER.length || end < 0 || !PLAIN.has(type) || text.includes('"chosen":{', end)) return membersOf(text);
  try {
    const after = JSON.parse(text.slice(begin, end)) as Step['after'];
    return { type, event: row[AT.event], version: Number(row[AT.version]), recordedAt, ...(type === 'consent-granted' && viaOf(text)), after };
  } catch {
    return membersOf(text);
  }
}

/** How the holder of a grant was found; no other event's moves the fold. */
function viaOf(text: string): Pick<Step, 'via' | 'viaId'> {
  const tail = text.lastIndexOf(',"version":');
  return { via: valueOf(text, 'via', tail), viaId: valueOf(text, 'viaId', tail) };
}

function valueOf(text: string, name: string, from: number): string | undefined {
  const begin = `,"${name}":"`;
  const at = text.indexOf(begin, from);
  return at < 0 ? undefined : text.slice(at + begin.length, text.indexOf('"', at + begin.length));
}
