import type { LedgerEvent } from '#contracts';
import { evolve, evolvePerson, type Stream } from '#consent';
import { sealEvidence, seal } from '#vault';
import { ClaimLost, type Call, type Entry, type Unit, type View, type Written } from './call.js';
import { nowMicros, timeText, type Micros, microsOf } from './clock.js';
import { bytesOf, eventOf } from './event.js';
import { uuidv7 } from './ids.js';
import type { LedgerOptions } from './options.js';
import { personOf, streamOf, type Working } from './person.js';

/** An event ready to be written. */
export interface Row {
  event: LedgerEvent;
  recorded: Micros;
  occurred: Micros;
  bytes: Buffer;
  kinds?: string;
  sealed?: Buffer;
}

export interface ClaimRow {
  lookup: Buffer;
  phase: number;
  id: string;
  kind: string;
  person: string;
  sealed: Buffer;
}

export interface AnswerRow {
  scope: string;
  key: string;
  bodyHash: Buffer;
  request: string;
  answer: string;
  /** Who must be written for the answer to hold: also those whom calls before it in the batch changed, since it rests on that. */
  persons: string[];
}

type Plan = Pick<LedgerOptions, 'origin' | 'keys'>;

interface Planned {
  unit: Unit;
  working: Working;
  entries: Entry[];
  recorded: Micros;
  /** What an earlier try of the same call wrote. */
  done?: LedgerEvent[];
}

/** What one batch is going to write. Calls are folded in order: each sees what the calls before it decided. */
export class Batch {
  readonly persons = new Map<string, Working>();
  readonly rows: Row[] = [];
  readonly claims: ClaimRow[] = [];
  readonly answers: AnswerRow[] = [];
  /** People that got an event in this batch. */
  readonly touched = new Set<string>();
  private readonly claimed = new Set<string>();
  constructor(
    private readonly plan: Plan,
    /** Nothing is recorded before it. */
    private readonly notBefore: Micros,
  ) {}

  /** Decides one call and takes its events up; throws what `decide` throws, and then the batch holds nothing of the call. */
  take<T>(call: Call<T>, done: Map<string, LedgerEvent[]>): { answer: T; persons: string[] } {
    const planned = call.units.map((unit) => this.decide(unit, done.get(`${call.request}:${unit.holder.person}`)));
    this.refuseLostClaims(call, planned);
    const written = planned.map((one) => this.write(call.request, one));
    const answer = call.answer(written);
    const persons = planned.map((one) => one.working.person);
    if (call.idempotency) {
      const needed = persons.filter((person) => this.touched.has(person));
      this.answers.push({ ...call.idempotency, request: call.request, answer: JSON.stringify(answer), persons: needed });
    }
    return { answer, persons };
  }

  private decide(unit: Unit, done?: LedgerEvent[]): Planned {
    const working = this.persons.get(unit.holder.person);
    if (!working) throw new Error('the person was not read');
    if (done) return { unit, working, entries: [], recorded: working.recorded, done };
    const recorded = Math.max(nowMicros(), this.notBefore, working.recorded + 1, working.known + 1);
    const view: View = { recordedAt: timeText(recorded), seq: working.seq, person: personOf(working), stream: (purpose) => streamOf(working, purpose) };
    return { unit, working, entries: unit.decide(view), recorded };
  }

  private refuseLostClaims<T>(call: Call<T>, planned: Planned[]): void {
    const lookups = planned.flatMap((one) => (one.entries.length > 0 ? (one.unit.holder.claims ?? []) : []));
    const keys = lookups.map((claim) => claim.lookup.toString('base64'));
    if (keys.some((key) => this.claimed.has(key))) throw new ClaimLost(`request ${call.request}`);
    for (const key of keys) this.claimed.add(key);
  }

  private write(request: string, { unit, working, entries, recorded, done }: Planned): Written {
    const events = done ?? entries.map((entry, ordinal) => this.append(unit, working, entry, { request, ordinal, recorded: recorded + ordinal }));
    if (entries.length > 0) this.claim(unit, working);
    const streams = new Map<string, Stream>(unit.purposes.map((purpose) => [purpose.id, streamOf(working, purpose)]));
    return { person: working.person, events, before: done !== undefined, streams };
  }

  private append(unit: Unit, working: Working, entry: Entry, at: { request: string; ordinal: number; recorded: Micros }): LedgerEvent {
    const { person, kind, seq, leaf: last } = working;
    const event = uuidv7();
    const sealed = this.sealed(unit, working, event);
    const stream = this.streamBefore(working, entry);
    const recordedAt = timeText(at.recorded);
    const position = { ledger: this.plan.origin, event, person, kind, seq: seq + 1, version: stream.version + 1, prev: last?.toString('hex'), recordedAt, request: at.request, ordinal: at.ordinal };
    const made = eventOf(unit, entry, position, sealed?.commitments ?? {});
    const { bytes, leaf } = bytesOf(made);
    const occurred = made.occurredAt === recordedAt ? at.recorded : microsOf(made.occurredAt);
    this.rows.push({ event: made, recorded: at.recorded, occurred, bytes, kinds: sealed?.kinds, sealed: sealed?.sealed });
    this.advance(working, made, leaf, at.recorded, stream);
    return made;
  }

  private streamBefore(working: Working, { purpose }: Entry): Stream {
    if (typeof purpose !== 'string') return streamOf(working, purpose);
    return working.streams.get(purpose) ?? { version: 0, status: 'unknown', allowed: false };
  }

  private sealed(unit: Unit, working: Working, event: string): ReturnType<typeof sealEvidence> | undefined {
    if (Object.keys(unit.evidence).length === 0) return undefined;
    const place = { ledger: this.plan.origin, person: working.person, event };
    return sealEvidence(this.keyOf(working), place, unit.evidence);
  }

  private keyOf(working: Working): NonNullable<Working['key']> {
    if (!working.key) {
      const made = this.plan.keys.make(working.person);
      working.key = made.key;
      working.newKey = made.stored;
    }
    return working.key;
  }

  private advance(working: Working, event: LedgerEvent, leaf: Buffer, recorded: Micros, before: Stream): void {
    working.seq = event.seq;
    working.recorded = recorded;
    working.firstRecorded ??= recorded;
    working.leaf = leaf;
    if (event.purpose === '~person') working.state = JSON.stringify(evolvePerson(personOf(working), event));
    working.streams.set(event.purpose, evolve(before, event));
    this.touched.add(working.person);
  }

  private claim(unit: Unit, working: Working): void {
    for (const { value, ...claim } of unit.holder.claims ?? []) {
      const aad = `${this.plan.origin}|${working.person}|identifier|${claim.id}`;
      const sealed = seal(this.keyOf(working), aad, Buffer.from(value, 'utf8'));
      this.claims.push({ ...claim, person: working.person, sealed });
    }
  }
}
