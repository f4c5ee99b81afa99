import { hash } from 'node:crypto';
import { allowedByDefault, evolve, evolvePerson, nobodySpecial, type PersonState, type PurposeRule, type Stream } from '#consent';
import { LEDGER_PURPOSE, WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { differences, ledgerTime, membersOf, stepOf, type Step } from './event-text.js';
import type { Problem } from './problem.js';
import type { RegisterFold } from './registers.js';
import { AT, type EventRow } from './rows.js';

/** What an audit knows of the ledger before it looks at anybody. */
export interface World {
  origin: string;
  /** Purposes by the hash of their definition. */
  definitions: ReadonlyMap<string, PurposeRule>;
}

const NOTHING: Stream = { version: 0, status: 'unknown', allowed: false };

/** An event has at most 16,384 bytes; a damaged one may be longer, and is then hashed by the way round. */
const room = Buffer.alloc(64 * 1024);

/** RFC 6962 leaf hash of an event's text, hex. */
export function leafOf(text: string): string {
  if (text.length * 3 >= room.length) return hash('sha256', `\0${text}`, 'hex');
  const length = room.write(text, 1, 'utf8');
  return hash('sha256', room.subarray(0, length + 1), 'hex');
}

/** The top-level `kind` of an event: the one that stands before `ledger`. */
function kindIn(text: string): string {
  const end = text.lastIndexOf('","ledger":"');
  return text.slice(text.lastIndexOf('"', end - 1) + 1, end);
}

/** One person's events, in order: checked one by one, and folded into what the projections must hold. */
export class PersonFold {
  readonly streams = new Map<string, Stream>();
  /** What holds for the whole person; undefined before an event says anything about that. */
  whole: PersonState | undefined;
  kind: string | undefined;
  private holder = '';
  seq = 0;
  /** Leaf hash of the last event, hex. */
  hash: string | undefined;
  private recorded = '';
  /** The newest index among his events; Infinity while one waits for its own. */
  newest = -1;
  /** Whether something is wrong with his events themselves. */
  unsound = false;
  /** Streams that cannot be folded: an event of theirs is damaged, and was reported. */
  readonly damaged = new Set<string>();

  constructor(
    readonly person: string,
    private readonly world: World,
    /** Kept where the registers of the worker are folded, too. */
    readonly registers?: RegisterFold,
  ) {}

  /** Takes the next event; tells what is wrong with it. */
  take(row: EventRow, waits: boolean): Problem[] {
    const text = row[AT.text];
    if (this.kind === undefined) {
      this.kind = kindIn(text);
      this.holder = `,"kind":"${this.kind}","ledger":"${this.world.origin}"`;
    }
    const leaf = leafOf(text);
    const wrong = this.aboutPlace(row);
    aboutLeaf(row, leaf, waits, wrong);
    const sound = stepOf(row, { holder: this.holder, prev: this.hash });
    const step = sound ?? membersOf(text);
    if (!sound) wrong.push(...this.aboutMembers(row, step as LedgerEvent | undefined));
    this.fold(row, step);
    this.unsound ||= wrong.length > 0;
    this.newest = Math.max(this.newest, Number(row[AT.index] ?? Infinity));
    this.seq = Number(row[AT.seq]);
    this.hash = leaf;
    this.recorded = row[AT.recorded];
    return wrong;
  }

  /** When the last event was recorded. */
  get recordedAt(): string {
    return ledgerTime(this.recorded);
  }

  private aboutPlace(row: EventRow): Problem[] {
    const [seq, version] = [Number(row[AT.seq]), Number(row[AT.version])];
    const wrong: Problem[] = [];
    if (seq !== this.seq + 1) wrong.push({ ...placeOf(row), text: seq <= this.seq ? 'the person has this number twice' : `event ${this.seq + 1} of the person is missing before it` });
    const before = this.streams.get(row[AT.purpose])?.version ?? 0;
    if (version !== before + 1) wrong.push({ ...placeOf(row), text: `version ${before} of the stream stands before it` });
    // PostgreSQL leaves zeros at the end out; in this form, too, a later time is the greater text.
    if (row[AT.recorded] <= this.recorded) wrong.push({ ...placeOf(row), text: 'it was recorded no later than the event before it' });
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

  private fold(row: EventRow, step: Step | undefined): void {
    const purpose = row[AT.purpose];
    if (!step) {
      this.damaged.add(purpose);
      return;
    }
    const before = this.streams.get(purpose) ?? this.empty(row, step);
    this.streams.set(purpose, evolve(before, step as LedgerEvent));
    this.registers?.take(purpose, step);
    if (purpose === WHOLE_PERSON) this.whole = evolvePerson(this.whole ?? nobodySpecial, step as LedgerEvent);
  }

  /** Before a first event that does not say what is allowed, the purpose's default holds. */
  private empty(row: EventRow, { after = {} }: Step): Stream {
    if (after.allowed !== undefined || row[AT.purpose] === WHOLE_PERSON || row[AT.purpose] === LEDGER_PURPOSE) return NOTHING;
    const purpose = this.world.definitions.get(membersOf(row[AT.text])?.definition ?? '');
    return { ...NOTHING, allowed: purpose !== undefined && allowedByDefault(purpose) };
  }
}

export const placeOf = (row: EventRow): Problem => ({ person: row[AT.person], purpose: row[AT.purpose], version: Number(row[AT.version]), seq: Number(row[AT.seq]), text: '' });

function aboutLeaf(row: EventRow, leaf: string, waits: boolean, wrong: Problem[]): void {
  const index = row[AT.index];
  if (index === null) {
    if (!waits) wrong.push({ ...placeOf(row), text: 'it has no index in the log, and does not wait for one in the outbox' });
    return;
  }
  if (row[AT.leafHash] !== leaf) wrong.push({ ...placeOf(row), index: Number(index), text: 'its bytes are not what was hashed' });
  if (row[AT.leafEvent] !== row[AT.event]) wrong.push({ ...placeOf(row), index: Number(index), text: 'the log has another event’s id at its index' });
}
