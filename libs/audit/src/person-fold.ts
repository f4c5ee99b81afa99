import { hash } from 'node:crypto';
import { allowedByDefault, evolve, evolvePerson, nobodySpecial, type PersonState, type PurposeRule, type Stream } from '#consent';
import { LEDGER_PURPOSE, WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { microsOf, type Micros } from '#ledger';
import { sameBytesAt, type CopiedRows } from './copied-rows.js';
import { Again } from './again.js';
import { differences, membersOf, givenAt, sightOf, stepAt, type Sight, type Step } from './event-bytes.js';
import type { Problem } from './problem.js';
import type { RegisterFold } from './registers.js';
import { AT, eventRow, type EventRow } from './rows.js';

/** What an audit knows of the ledger before it looks at anybody. */
export interface World {
  origin: string;
  /** Purposes by the hash of their definition. */
  definitions: ReadonlyMap<string, PurposeRule>;
}

const NOTHING: Stream = { version: 0, status: 'unknown', allowed: false };

const NONE: Problem[] = [];

/** RFC 6962 leaf hash of an event's bytes, a character for each byte. The byte before them ends their length, which was read. */
function leafOf(rows: CopiedRows, row: number): string {
  const begin = rows.begin(row, AT.text);
  rows.buffer[begin - 1] = 0;
  return hash('sha256', rows.buffer.subarray(begin - 1, rows.end(row, AT.text)), 'latin1' as 'hex');
}

const hexOf = (hash: string): string => Buffer.from(hash, 'latin1').toString('hex');

/** The top-level `kind` of an event: the one that stands before `ledger`. */
function kindIn(bytes: Buffer): string {
  const end = bytes.lastIndexOf('","ledger":"');
  return bytes.toString('utf8', bytes.lastIndexOf('"', end - 1) + 1, end);
}

/** How an event of the canary begins: in canonical form the actor comes first. */
const CANARY = Buffer.from('{"actor":{"id":"canary","kind":"ledger"}');

/** The worker notes no consent of the canary: it is nobody. */
const isCanarys = (rows: CopiedRows, row: number): boolean =>
  rows.end(row, AT.text) - rows.begin(row, AT.text) > CANARY.length && sameBytesAt(rows.buffer, rows.begin(row, AT.text), CANARY, 0, CANARY.length);

const [purposes, types] = [new Again((text) => text), new Again((text) => text)];

/** One person's events, in order: checked one by one, and folded into what the projections must hold. */
export class PersonFold {
  readonly streams = new Map<string, Stream>();
  /** The last event of streams that follow from it alone, where no "no" of before it is kept beside what is in force; not yet read. */
  private readonly later = new Map<string, { rows: CopiedRows; row: number; sight: Sight; version: number }>();
  /** What holds for the whole person; undefined before an event says anything about that. */
  whole: PersonState | undefined;
  kind: string | undefined;
  private holder = Buffer.alloc(0);
  seq = 0;
  /** Leaf hash of the last event, a character for each byte. */
  private leaf: string | undefined;
  /** When the last event was recorded. */
  recorded: Micros = -Infinity;
  /** The newest index among his events; Infinity while one waits for its own. */
  newest = -1;
  /** Whether something is wrong with his events themselves. */
  unsound = false;
  /** Streams that cannot be folded: an event of theirs is damaged, and was reported. */
  readonly damaged = new Set<string>();
  private unreadable: Problem[] = [];

  constructor(
    readonly person: string,
    private readonly world: World,
    /** Kept where the registers of the worker are folded, too. */
    readonly registers?: RegisterFold,
  ) {}

  /** Leaf hash of the last event, hex. */
  get hash(): string | undefined {
    return this.leaf === undefined ? undefined : hexOf(this.leaf);
  }

  /** Takes the next event; tells what is wrong with it. */
  take(rows: CopiedRows, row: number, waits: boolean): Problem[] {
    if (this.kind === undefined) {
      this.kind = kindIn(rows.buffer.subarray(rows.begin(row, AT.text), rows.end(row, AT.text)));
      this.holder = Buffer.from(`,"kind":"${this.kind}","ledger":"${this.world.origin}"`);
      if (this.registers) this.registers.kind = this.kind;
    }
    const leaf = leafOf(rows, row);
    const purpose = purposes.of(rows.buffer, rows.begin(row, AT.purpose), rows.end(row, AT.purpose));
    const type = types.of(rows.buffer, rows.begin(row, AT.type), rows.end(row, AT.type));
    const sight = sightOf(rows, row, type, { holder: this.holder, prev: this.leaf });
    const wrong = sight && this.isInPlace(rows, row, purpose) && isInLog(rows, row, leaf) ? NONE : this.doubts(eventRow(rows, row), leaf, { waits, seen: sight !== undefined });
    this.fold(purpose, rows, row, sight);
    this.unsound ||= wrong.length > 0;
    this.newest = Math.max(this.newest, rows.isNull(row, AT.index) ? Infinity : rows.big(row, AT.index));
    this.seq = rows.int(row, AT.seq);
    this.leaf = leaf;
    this.recorded = rows.micros(row, AT.recorded);
    return this.told(wrong);
  }

  private isInPlace(rows: CopiedRows, row: number, purpose: string): boolean {
    return rows.int(row, AT.seq) === this.seq + 1 && rows.int(row, AT.version) === this.versionOf(purpose) + 1 && rows.micros(row, AT.recorded) > this.recorded;
  }

  /** What is wrong with an event that did not pass at the first look. */
  private doubts(row: EventRow, leaf: string, { waits, seen }: { waits: boolean; seen: boolean }): Problem[] {
    const wrong = this.aboutPlace(row);
    aboutLeaf(row, hexOf(leaf), waits, wrong);
    if (!seen) wrong.push(...this.aboutMembers(row, membersOf(row[AT.text])));
    return wrong.length === 0 ? NONE : wrong;
  }

  private aboutPlace(row: EventRow): Problem[] {
    const [seq, version] = [Number(row[AT.seq]), Number(row[AT.version])];
    const wrong: Problem[] = [];
    if (seq !== this.seq + 1) wrong.push({ ...placeOf(row), text: seq <= this.seq ? 'the person has this number twice' : `event ${this.seq + 1} of the person is missing before it` });
    const before = this.versionOf(row[AT.purpose]);
    if (version !== before + 1) wrong.push({ ...placeOf(row), text: `version ${before} of the stream stands before it` });
    if (microsOf(row[AT.recorded]) <= this.recorded) wrong.push({ ...placeOf(row), text: 'it was recorded no later than the event before it' });
    return wrong;
  }

  /** Only for an event that did not pass: says what is different, or nothing where only its form is another one. */
  private aboutMembers(row: EventRow, members: LedgerEvent | undefined): Problem[] {
    const place = placeOf(row);
    if (!members) return [{ ...place, text: 'its bytes are no event' }];
    const wrong = differences(row, members).map((column) => ({ ...place, text: `column ${column} says something else than its bytes` }));
    if (members.prev !== this.hash) wrong.push({ ...place, text: 'it does not follow the event before it in the person’s chain (prev)' });
    if (members.ledger !== this.world.origin) wrong.push({ ...place, text: 'it is of another ledger' });
    if (members.kind !== this.kind) wrong.push({ ...place, text: `it is of a ${members.kind}, the first event of a ${this.kind}` });
    if (wrong.length === 0) wrong.push({ ...place, text: 'its bytes are not in the canonical form' });
    return wrong;
  }

  private versionOf(purpose: string): number {
    return this.later.get(purpose)?.version ?? this.streams.get(purpose)?.version ?? 0;
  }

  private fold(purpose: string, rows: CopiedRows, row: number, sight: Sight | undefined): void {
    if (sight?.alone && this.streams.get(purpose)?.lastNo !== undefined) sight.alone = false;
    if (sight?.alone) {
      if (this.registers) this.consentAt(purpose, rows, row, sight);
      this.later.set(purpose, { rows, row, sight, version: rows.int(row, AT.version) });
      return;
    }
    this.settle(purpose);
    this.step(purpose, rows, row, sight);
  }

  private step(purpose: string, rows: CopiedRows, row: number, sight: Sight | undefined): void {
    const step = sight ? stepAt(rows, row, sight) : membersOf(rows.text(row, AT.text));
    if (!step) {
      this.damaged.add(purpose);
      // An event that did not pass was reported; this one did, but what it says cannot be read.
      if (sight) this.unreadable.push({ ...placeOf(eventRow(rows, row)), text: 'its bytes are no event' });
      return;
    }
    const before = this.streams.get(purpose) ?? this.empty(purpose, step, rows, row);
    this.streams.set(purpose, evolve(before, step as LedgerEvent));
    if (this.registers) this.register(this.registers, purpose, { rows, row, sight, step });
    if (purpose === WHOLE_PERSON) this.whole = evolvePerson(this.whole ?? nobodySpecial, step as LedgerEvent);
  }

  /** A plain step lacks what a consent was given under. */
  private register(registers: RegisterFold, purpose: string, { rows, row, sight, step }: { rows: CopiedRows; row: number; sight: Sight | undefined; step: Step }): void {
    const given = sight?.plain ? givenAt(rows, row, sight) : undefined;
    registers.take(purpose, given ? Object.assign(given, { after: step.after }) : step, sight?.alone === true || isCanarys(rows, row));
  }

  private consentAt(purpose: string, rows: CopiedRows, row: number, sight: Sight): void {
    if (isCanarys(rows, row)) return;
    const given = givenAt(rows, row, sight);
    if (given) this.registers?.consent(purpose, given);
    else this.unreadable.push({ ...placeOf(eventRow(rows, row)), text: 'its bytes are no event' });
  }

  private settle(purpose: string): void {
    const last = this.later.get(purpose);
    if (!last) return;
    this.later.delete(purpose);
    this.step(purpose, last.rows, last.row, last.sight);
  }

  /** Folds what was put off, and tells what could not be read. To be called before `streams` is read, and before the memory of the rows is used again. */
  settleAll(): Problem[] {
    for (const purpose of this.later.keys()) this.settle(purpose);
    return this.told(NONE);
  }

  /** Adds what was found unreadable since. */
  private told(wrong: Problem[]): Problem[] {
    const { unreadable } = this;
    if (unreadable.length === 0) return wrong;
    this.unreadable = [];
    this.unsound = true;
    return [...wrong, ...unreadable];
  }

  /** Before a first event that does not say what is allowed, the purpose's default holds. */
  private empty(purpose: string, { after = {} }: Step, rows: CopiedRows, row: number): Stream {
    if (after.allowed !== undefined || purpose === WHOLE_PERSON || purpose === LEDGER_PURPOSE) return NOTHING;
    const rule = this.world.definitions.get(membersOf(rows.text(row, AT.text))?.definition ?? '');
    return { ...NOTHING, allowed: rule !== undefined && allowedByDefault(rule) };
  }
}

export const placeOf = (row: EventRow): Problem => ({ person: row[AT.person], purpose: row[AT.purpose], version: Number(row[AT.version]), seq: Number(row[AT.seq]), text: '' });

/** Whether the log has this event at its place. */
function isInLog(rows: CopiedRows, row: number, leaf: string): boolean {
  if (rows.isNull(row, AT.index) || rows.isNull(row, AT.leafHash) || rows.end(row, AT.leafHash) - rows.begin(row, AT.leafHash) !== leaf.length) return false;
  const { buffer } = rows;
  const begin = rows.begin(row, AT.leafHash);
  for (let byte = 0; byte < leaf.length; byte += 1) if (buffer[begin + byte] !== leaf.charCodeAt(byte)) return false;
  return sameBytesAt(buffer, rows.begin(row, AT.leafEvent), buffer, rows.begin(row, AT.event), 16);
}

function aboutLeaf(row: EventRow, leaf: string, waits: boolean, wrong: Problem[]): void {
  const index = row[AT.index];
  if (index === null) {
    if (!waits) wrong.push({ ...placeOf(row), text: 'it has no index in the log, and does not wait for one in the outbox' });
    return;
  }
  if (row[AT.leafHash] !== leaf) wrong.push({ ...placeOf(row), index: Number(index), text: 'its bytes are not what was hashed' });
  if (row[AT.leafEvent] !== row[AT.event]) wrong.push({ ...placeOf(row), index: Number(index), text: 'the log has another event’s id at its index' });
}
