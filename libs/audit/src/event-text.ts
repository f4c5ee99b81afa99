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

/** What the fold of a stream needs of an event. */
export type Step = Pick<LedgerEvent, 'type' | 'event' | 'version' | 'recordedAt' | 'via' | 'viaId' | 'after'> & Partial<Pick<LedgerEvent, 'occurredAt' | 'fact' | 'causes' | 'request'>>;

const TIME_LENGTH = 27;
/** Types of which nothing but `after` moves a fold, unless something stands above what was chosen. */
const PLAIN: ReadonlySet<string> = new Set(['consent-granted', 'consent-withdrawn', 'consent-refused', 'preferences-changed', 'request-closed', 'objection-raised', 'decision-recorded']);

/**
 * Whether columns repeat the members of the bytes, without reading all of the bytes as JSON, and if so what the fold needs:
 * in canonical form the members have one order, and what follows `event` is flat but for `fact`, so it must be this very
 * text. Cheap and exact for what the ledger writes; whatever else it does not recognise is undefined, for `differences` to
 * look at. Reading every event as JSON costs as much as everything else together.
 */
export function stepOf(row: EventRow, { holder, prev }: Expected): Step | undefined {
  const text = row[AT.text];
  const begin = text.indexOf(',"after":') + 9;
  const basis = text.indexOf(',"basis":"', begin);
  const reader = new Reader(text, text.indexOf('"event":"', Math.max(basis, 0)));
  if (!reader.is('"event":"', row[AT.event])) return undefined;
  const fact = reader.facts();
  if (!holderIsIn(reader, holder, fact) || !placeIsIn(reader, row, prev)) return undefined;
  reader.skip('","reason":"');
  const recordedAt = reader.peek('","recordedAt":"'.length, TIME_LENGTH);
  if (!recordIsIn(reader, row)) return undefined;
  const via = reader.text(',"via":"');
  const viaId = reader.text('","viaId":"');
  if (!reader.ends()) return undefined;
  const plain = !fact && basis >= 0 && begin >= 9 && PLAIN.has(row[AT.type]);
  return plain ? afterOnly(row, text.slice(begin, basis), { recordedAt, via, viaId }) : membersOf(text);
}

function afterOnly(row: EventRow, after: string, { recordedAt, via, viaId }: Pick<Step, 'recordedAt' | 'via' | 'viaId'>): Step | undefined {
  try {
    return { type: row[AT.type] as Step['type'], event: row[AT.event], version: Number(row[AT.version]), recordedAt, via, viaId, after: JSON.parse(after) as Step['after'] };
  } catch {
    return undefined;
  }
}

function holderIsIn(reader: Reader, holder: string, ahead: boolean): boolean {
  const found = reader.find(holder, ahead);
  reader.object(',"notice":{');
  return found;
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
    private readonly whole: string,
    private at: number,
  ) {}

  is(name: string, value: string): boolean {
    const { whole, at } = this;
    if (!whole.startsWith(name, at) || !whole.startsWith(value, at + name.length)) return false;
    this.at = at + name.length + value.length;
    return true;
  }

  /** A time, which PostgreSQL writes as `2026-11-22 10:00:00.5+00`. */
  time(name: string, value: string): boolean {
    if (value.length !== 29) return this.is(name, ledgerTime(value));
    const { whole, at } = this;
    const begin = at + name.length;
    const same = whole.startsWith(name, at) && whole.startsWith(value.slice(0, 10), begin) && whole[begin + 10] === 'T' && whole.startsWith(value.slice(11, 26), begin + 11) && whole[begin + 26] === 'Z';
    this.at = begin + 27;
    return same;
  }

  /** Passes the end of `event` and an `evidence` that may follow; whether a `fact` does. */
  facts(): boolean {
    this.at += 1;
    this.object(',"evidence":{');
    return this.whole.startsWith(',"fact":', this.at);
  }

  /** Passes a flat object that may stand here. */
  object(name: string): void {
    if (this.whole.startsWith(name, this.at)) this.at = this.whole.indexOf('}', this.at) + 1;
  }

  /** Passes a text that stands here or, with `ahead`, further on. */
  find(text: string, ahead: boolean): boolean {
    const at = ahead ? this.whole.indexOf(text, this.at) : this.at;
    if (at < 0 || !this.whole.startsWith(text, at)) return false;
    this.at = at + text.length;
    return true;
  }

  /** What stands a little ahead. */
  peek(ahead: number, length: number): string {
    return this.whole.slice(this.at + ahead, this.at + ahead + length);
  }

  /** Passes a text member that may stand here, and gives its value. */
  text(name: string): string | undefined {
    if (!this.whole.startsWith(name, this.at)) return undefined;
    const begin = this.at + name.length;
    this.at = this.whole.indexOf('"', begin);
    return this.whole.slice(begin, this.at);
  }

  skip(name: string): void {
    this.text(name);
  }

  /** Whether all that is left ends the object, behind a text or a number. */
  ends(): boolean {
    const left = this.whole.length - this.at;
    return (left === 1 && this.whole[this.at] === '}') || (left === 2 && this.whole.startsWith('"}', this.at));
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
