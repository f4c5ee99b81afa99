import { isUtf8 } from 'node:buffer';
import type { LedgerEvent } from '#contracts';
import { Again } from './again.js';
import { BytesReader } from './bytes-reader.js';
import type { CopiedRows } from './copied-rows.js';
import type { Given } from './grants.js';
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
  after: name(',"after":'), basis: name(',"basis":"'), decision: name(',"decision":"'), definition: name(',"definition":"'), event: name('"event":"'), evidence: name('","evidence":{'), fact: name(',"fact":'), notice: name(',"notice":'), capture: name(',"capture":'),
  occurred: name(',"occurredAt":"'), ordinal: name('","ordinal":'), person: name(',"person":"'), prev: name('","prev":"'), purpose: name('","purpose":"'), reason: name('","reason":"'),
  recorded: name('","recordedAt":"'), request: name('","request":"'), seq: name('","seq":'), type: name(',"type":"'), version: name('","v":1,"version":'), via: name(',"via":"'), viaId: name('","viaId":"'), end: name('"}'),
  allowed: name('{"allowed":true'), denied: name('{"allowed":false'), channels: name(',"channels":['), since: name(',"since":"'), status: name('","status":"'),
};
/** `,"definition":"` with a hash and its end. */
const DEFINITION = NAMES.definition.length + 65;
const reader = new BytesReader();
const words = new Again((text) => text);
const objects = new Again((text) => JSON.parse(text) as unknown);

/** An event whose columns repeat its bytes, and where in them stands what a fold needs; -1: nowhere. */
export interface Sight {
  type: string;
  /** Whether only `after`, and the members below, move a fold. */
  plain: boolean;
  /** Whether it makes the stream what it is, whatever was before but a `lastNo`: that need not be read. */
  alone: boolean;
  after: number;
  basis: number;
  decision: string | undefined;
  reason: string | undefined;
  via: string | undefined;
  viaId: number;
  notice: number;
}

/**
 * Whether columns repeat the members of the bytes, without reading the bytes as JSON: in canonical form the members have one
 * order, and what follows `event` is flat but for `fact`, so these very bytes must stand there. Cheap and exact for what the
 * ledger writes; whatever else it does not recognise is undefined, for `differences` to look at.
 */
export function sightOf(rows: CopiedRows, row: number, type: string, expected: Expected): Sight | undefined {
  reader.open(rows.buffer, rows.begin(row, AT.text), rows.end(row, AT.text));
  const { after, basis, event } = beginsOf(type);
  if (event < 0) return undefined;
  reader.goTo(event);
  const tail = tailOf(rows, row, expected);
  if (!tail || !isUtf8(reader.whole)) return undefined;
  const plain = !tail.fact && basis >= 0 && after >= 0 && PLAIN.has(type);
  const sight = { type, plain, alone: false, after: after + NAMES.after.length, basis, decision: plain ? decisionBefore(event) : undefined, ...tail };
  sight.alone = plain && (type === 'consent-granted' ? isGrantAlone(sight) : isEndAlone(sight));
  return sight;
}

/** Where `after`, `basis` and `event` begin; -1: nowhere. */
function beginsOf(type: string): Marks {
  const own = marksOf(type);
  own.after = reader.find(NAMES.after, 0, own.after);
  own.basis = reader.find(NAMES.basis, Math.max(own.after, 0), own.basis);
  own.event = reader.find(NAMES.event, Math.max(own.basis, 0), own.event);
  return own;
}

/** All that stands from `event` on, where it is what the columns say. */
function tailOf(rows: CopiedRows, row: number, { holder, prev }: Expected): Pick<Sight, 'reason' | 'via' | 'viaId' | 'notice'> & { fact: boolean } | undefined {
  if (!reader.is(NAMES.event) || !reader.uuid(rows.begin(row, AT.event))) return undefined;
  if (reader.is(NAMES.evidence)) reader.past(125);
  else reader.skip(1);
  const fact = reader.startsWith(NAMES.fact);
  if (!holderIsIn(holder, fact)) return undefined;
  const notice = reader.passedObject(NAMES.notice);
  if (!placeIsIn(rows, row) || !chainIsIn(rows, row, prev)) return undefined;
  const reason = reader.member(NAMES.reason, words);
  if (!recordIsIn(rows, row) || !kindOfItIsIn(rows, row)) return undefined;
  const via = reader.member(NAMES.via, words);
  const viaId = reader.passed(NAMES.viaId);
  return reader.ends(NAMES.end) ? { fact, reason, via, viaId, notice } : undefined;
}

/** What the fold needs of an event that was seen; undefined where its `after` is no JSON. */
export function stepAt(rows: CopiedRows, row: number, { type, plain, after, basis, decision, reason, via, viaId }: Sight): Step | undefined {
  if (!plain) return membersOf(rows.text(row, AT.text));
  reader.open(rows.buffer, rows.begin(row, AT.text), rows.end(row, AT.text));
  try {
    return {
      event: rows.uuid(row, AT.event), version: rows.int(row, AT.version), recordedAt: rows.moment(row, AT.recorded), after: JSON.parse(reader.slice(after, basis)) as Step['after'],
      type: type as Step['type'], decision: decision as Step['decision'], reason: reason as Step['reason'], via, viaId: viaId < 0 ? undefined : reader.slice(viaId, reader.whole.length - 2),
    };
  } catch {
    return undefined;
  }
}

/**
 * What the register of consents needs of a plain event, without its `after`; undefined where what it was given under cannot
 * be read.
 */
export function givenAt(rows: CopiedRows, row: number, { type, notice, basis, reason }: Sight): Given | undefined {
  const given: Given = { type: type as Given['type'], event: rows.uuid(row, AT.event), version: rows.int(row, AT.version), recordedAt: rows.moment(row, AT.recorded), reason: reason as Given['reason'], occurredAt: undefined, notice: undefined, capture: undefined, after: undefined };
  if (type !== 'consent-granted') {
    given.after = { status: 'withdrawn' };
    return given;
  }
  reader.open(rows.buffer, rows.begin(row, AT.text), rows.end(row, AT.text));
  try {
    given.notice = notice < 0 ? undefined : (objects.of(reader.whole, notice, reader.endOfObject(notice)) as Given['notice']);
    reader.goTo(basis);
    reader.member(NAMES.basis, words);
    reader.skip(1);
    const begin = reader.passedObject(NAMES.capture);
    given.capture = begin < 0 ? undefined : (objects.of(reader.whole, begin, reader.at) as Given['capture']);
    given.occurredAt = rows.moment(row, AT.occurred);
    return given;
  } catch {
    return undefined;
  }
}

const GIVEN = new Set<string | undefined>(['given', 'renewed']);
const TAKEN = new Set<string | undefined>(['withdrawn', 'refused']);

/**
 * A grant under an identifier and a text, with nothing in `after` but lists, notice, time and status: by `evolve` the stream and its
 * timer then follow from this event only.
 */
const isGrantAlone = (sight: Sight): boolean => sight.notice >= 0 && sight.via !== undefined && sight.viaId >= 0 && saysOnly(sight, NAMES.allowed, GIVEN);

/** The same of a decision that ends it. */
const isEndAlone = (sight: Sight): boolean => sight.decision !== undefined && (sight.type === 'consent-withdrawn' || sight.type === 'consent-refused') && saysOnly(sight, NAMES.denied, TAKEN);

function saysOnly({ after, basis }: Sight, allowed: Buffer, statuses: ReadonlySet<string | undefined>): boolean {
  reader.goTo(after);
  if (!reader.is(allowed)) return false;
  if (reader.is(NAMES.channels)) reader.past(93);
  reader.passedObject(NAMES.notice);
  if (!reader.is(NAMES.since)) return false;
  reader.skip(27);
  return statuses.has(reader.member(NAMES.status, words)) && reader.is(NAMES.end) && reader.at === basis;
}

/** The decision: it stands before the definition, and that before the event. */
function decisionBefore(event: number): string | undefined {
  const definition = event - 1 - DEFINITION;
  return reader.memberBefore(NAMES.decision, reader.startsWith(NAMES.definition, definition) ? definition : event - 1, words);
}

function holderIsIn(holder: Buffer, ahead: boolean): boolean {
  if (ahead) reader.goTo(reader.find(holder, reader.at, 0));
  return reader.is(holder);
}

const placeIsIn = (rows: CopiedRows, row: number): boolean =>
  reader.is(NAMES.occurred) && reader.time(rows.micros(row, AT.occurred)) &&
  reader.is(NAMES.ordinal) && reader.number(rows.short(row, AT.ordinal)) &&
  reader.is(NAMES.person) && reader.uuid(rows.begin(row, AT.person));

const chainIsIn = (rows: CopiedRows, row: number, prev: string | undefined): boolean =>
  (prev === undefined || (reader.is(NAMES.prev) && reader.hash(prev))) &&
  reader.is(NAMES.purpose) && reader.same(rows.begin(row, AT.purpose), rows.end(row, AT.purpose));

const recordIsIn = (rows: CopiedRows, row: number): boolean =>
  reader.is(NAMES.recorded) && reader.time(rows.micros(row, AT.recorded)) &&
  reader.is(NAMES.request) && reader.uuid(rows.begin(row, AT.request)) &&
  reader.is(NAMES.seq) && reader.number(rows.int(row, AT.seq));

const kindOfItIsIn = (rows: CopiedRows, row: number): boolean =>
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
