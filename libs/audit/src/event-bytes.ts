import { isUtf8 } from 'node:buffer';
import type { LedgerEvent } from '#contracts';
import { BytesReader } from './bytes-reader.js';
import type { CopiedRows } from './copied-rows.js';
import { AT, type EventRow } from './rows.js';

/** What every event of a person must say besides its columns. */
export interface Expected {
  /** `,"kind":"<kind>","ledger":"<origin>"`, as it stands in the bytes. */
  holder: Buffer;
  /** Leaf hash of the event before, a character for each byte. */
  prev: string | undefined;
}

/** What the fold of a stream needs of an event. */
export type Step = Pick<LedgerEvent, 'type' | 'event' | 'version' | 'recordedAt' | 'via' | 'viaId' | 'after' | 'decision' | 'reason'> & Partial<LedgerEvent>;

/** Types of which nothing but `after`, and what stands behind it, moves a fold, unless something stands above what was chosen. */
const PLAIN: ReadonlySet<string> = new Set(['consent-granted', 'consent-withdrawn', 'consent-refused', 'preferences-changed', 'request-closed', 'objection-raised', 'decision-recorded']);

/** Where the members of an event of this type began last time: looked at first. */
interface Marks {
  after: number;
  basis: number;
  event: number;
}
const marks = new Map<string, Marks>();
const NOWHERE: Marks = { after: 0, basis: 0, event: 0 };

function marksOf(type: string): Marks {
  let own = marks.get(type);
  if (!own) {
    if (marks.size > 100) marks.clear();
    marks.set(type, (own = { ...NOWHERE }));
  }
  return own;
}

const name = (text: string): Buffer => Buffer.from(text, 'latin1');
const NAMES = {
  after: name(',"after":'), basis: name(',"basis":"'), decision: name(',"decision":"'), definition: name(',"definition":"'), event: name('"event":"'), evidence: name('","evidence":{'), fact: name(',"fact":'), notice: name(',"notice":{'),
  occurred: name(',"occurredAt":"'), ordinal: name('","ordinal":'), person: name(',"person":"'), prev: name('","prev":"'), purpose: name('","purpose":"'), reason: name('","reason":"'),
  recorded: name('","recordedAt":"'), request: name('","request":"'), seq: name('","seq":'), type: name(',"type":"'), version: name('","v":1,"version":'), via: name(',"via":"'), viaId: name('","viaId":"'), end: name('"}'),
};
/** `,"definition":"` with a hash and its end. */
const DEFINITION = NAMES.definition.length + 65;
const reader = new BytesReader();

/**
 * Whether columns repeat the members of the bytes, without reading all of the bytes as JSON, and if so what the fold needs:
 * in canonical form the members have one order, and what follows `event` is flat but for `fact`, so these very bytes must
 * stand there. Cheap and exact for what the ledger writes; whatever else it does not recognise is undefined, for
 * `differences` to look at. Nothing but `after` is read as JSON.
 */
export function stepOf(rows: CopiedRows, row: number, type: string, { holder, prev }: Expected): Step | undefined {
  const own = marksOf(type);
  reader.open(rows.buffer, rows.begin(row, AT.text), rows.end(row, AT.text));
  const after = reader.find(NAMES.after, 0, own.after);
  const basis = reader.find(NAMES.basis, Math.max(after, 0), own.basis);
  const event = reader.find(NAMES.event, Math.max(basis, 0), own.event);
  if (event < 0) return undefined;
  [own.after, own.basis, own.event] = [after, basis, event];
  reader.goTo(event);
  if (!reader.is(NAMES.event) || !reader.uuid(rows.begin(row, AT.event))) return undefined;
  if (reader.is(NAMES.evidence)) reader.past(125);
  else reader.skip(1);
  const fact = reader.startsWith(NAMES.fact);
  if (!holderIsIn(holder, fact) || !placeIsIn(rows, row, prev)) return undefined;
  const reason = reader.member(NAMES.reason);
  if (!recordIsIn(rows, row)) return undefined;
  const via = reader.member(NAMES.via);
  const viaId = reader.member(NAMES.viaId);
  if (!reader.ends(NAMES.end) || !isUtf8(reader.whole)) return undefined;
  if (fact || basis < 0 || after < 0 || !PLAIN.has(type)) return membersOf(rows.text(row, AT.text));
  const values = afterIn(after + NAMES.after.length, basis);
  return values && {
    type: type as Step['type'], event: reader.slice(event + NAMES.event.length, event + NAMES.event.length + 36), version: rows.int(row, AT.version), recordedAt: rows.moment(row, AT.recorded),
    via, viaId, reason: reason as Step['reason'], decision: decisionBefore(event) as Step['decision'], after: values,
  };
}

function afterIn(begin: number, end: number): Step['after'] {
  try {
    return JSON.parse(reader.slice(begin, end)) as Step['after'];
  } catch {
    return undefined;
  }
}

/** The decision: it stands before the definition, and that before the event. */
function decisionBefore(event: number): string | undefined {
  const definition = event - 1 - DEFINITION;
  return reader.memberBefore(NAMES.decision, reader.startsWith(NAMES.definition, definition) ? definition : event - 1);
}

function holderIsIn(holder: Buffer, ahead: boolean): boolean {
  if (ahead) reader.goTo(reader.find(holder, reader.at, 0));
  if (!reader.is(holder)) return false;
  if (reader.is(NAMES.notice)) reader.past(125);
  return true;
}

const placeIsIn = (rows: CopiedRows, row: number, prev: string | undefined): boolean =>
  reader.is(NAMES.occurred) && reader.time(rows.micros(row, AT.occurred)) &&
  reader.is(NAMES.ordinal) && reader.number(rows.short(row, AT.ordinal)) &&
  reader.is(NAMES.person) && reader.uuid(rows.begin(row, AT.person)) &&
  (prev === undefined || (reader.is(NAMES.prev) && reader.hash(prev))) &&
  reader.is(NAMES.purpose) && reader.same(rows.begin(row, AT.purpose), rows.end(row, AT.purpose));

const recordIsIn = (rows: CopiedRows, row: number): boolean =>
  reader.is(NAMES.recorded) && reader.time(rows.micros(row, AT.recorded)) &&
  reader.is(NAMES.request) && reader.uuid(rows.begin(row, AT.request)) &&
  reader.is(NAMES.seq) && reader.number(rows.int(row, AT.seq)) &&
  reader.is(NAMES.type) && reader.same(rows.begin(row, AT.type), rows.end(row, AT.type)) &&
  reader.is(NAMES.version) && reader.number(rows.int(row, AT.version));

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
  const wrong: string[] = COLUMNS.filter((column) => row[AT[column]] !== String(members[column]));
  if (row[AT.recorded] !== members.recordedAt) wrong.push('recorded_at');
  if (row[AT.occurred] !== members.occurredAt) wrong.push('occurred_at');
  return wrong;
}
