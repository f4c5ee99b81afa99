import type { Pool } from 'pg';
import { since, type Begun } from './since.js';
import { TAKES_AWAY, takesAway } from './takes-away.js';

/** What one system did about one event, as it stated itself. */
export interface Act {
  system: string;
  /** `parked`: it could not apply it; `not-mine`: it holds nothing of this purpose; `waiting`: it has said nothing yet. */
  state: 'acted' | 'parked' | 'not-mine' | 'waiting';
  /** On what takes something away: it acted after its deadline, or, in any other state, the deadline has passed by now without an act. */
  late?: true;
  /** By the system's clock. */
  appliedAt?: string;
  /** The version of the stream that it acknowledged, where that is a later one: it learnt the state, not each event. */
  byVersion?: number;
  /** From the ledger's `recordedAt` to the system's `appliedAt`: two clocks. */
  afterMs?: number;
  deadlineMs?: number;
}

export interface PropagatedEvent {
  event: string;
  seq: number;
  purpose: string;
  version: number;
  type: string;
  recordedAt: string;
  systems: Act[];
}

export interface Propagation {
  events: PropagatedEvent[];
  /** Cursor of the next page; absent on the last. */
  next?: number;
}

const EVENT = 'SELECT seq FROM events WHERE ledger = $1 AND person = $2 AND event = $3';
const EVENTS = `
SELECT event, seq, purpose, version, type, ${takesAway('$5')} AS takes_away, recorded_at FROM events
WHERE ledger = $1 AND person = $2 AND seq > $3 AND purpose <> '~ledger' ORDER BY seq LIMIT $4`;
const ACKS = 'SELECT event, system, purpose, version, outcome, applied_at FROM acknowledgements WHERE ledger = $1 AND person = $2 AND purpose = ANY ($3::text[]) ORDER BY version, applied_at, system';
const SYSTEMS = 'SELECT id, purposes, deadline_ms::float8 AS deadline_ms, added_at, begun FROM systems WHERE ledger = $1 ORDER BY id';

interface EventRow {
  event: string;
  seq: number;
  purpose: string;
  version: number;
  type: string;
  takes_away: boolean;
  recorded_at: Date;
}

interface AckRow {
  event: string;
  system: string;
  purpose: string;
  version: number;
  outcome: string;
  applied_at: Date;
}

interface SystemRow {
  id: string;
  purposes: string[] | null;
  deadline_ms: number;
  added_at: Date;
  begun: Begun;
}

const concerns = (system: SystemRow, { purpose, recorded_at: recordedAt }: EventRow): boolean =>
  since(system, purpose) <= recordedAt && (system.purposes === null || system.purposes.includes(purpose) || purpose === '~person');

const STATES: Partial<Record<string, Act['state']>> = { parked: 'parked', 'not-mine': 'not-mine' };

/** Its deadline has passed. */
const isDue = ({ recorded_at: recordedAt }: EventRow, { deadline_ms: deadlineMs }: SystemRow, now: Date): boolean => recordedAt.getTime() + deadlineMs < now.getTime();

function actOf(ack: AckRow, event: EventRow, system: SystemRow | undefined, now: Date): Act {
  const deadlineMs = system?.deadline_ms;
  const afterMs = ack.applied_at.getTime() - event.recorded_at.getTime();
  const state = STATES[ack.outcome] ?? 'acted';
  const late = system !== undefined && concerns(system, event) && event.takes_away && (state === 'acted' ? afterMs > system.deadline_ms : isDue(event, system, now));
  const byVersion = ack.version > event.version && { byVersion: ack.version };
  return { system: ack.system, state, ...(late && { late }), ...byVersion, appliedAt: ack.applied_at.toISOString(), afterMs, ...(deadlineMs !== undefined && { deadlineMs }) };
}

function silent(system: SystemRow, event: EventRow, now: Date): Act {
  const late = event.takes_away && isDue(event, system, now);
  return { system: system.id, state: 'waiting', ...(late && { late }), deadlineMs: system.deadline_ms };
}

const RANKS: Partial<Record<string, number>> = { 'not-mine': 0, parked: 1 };
const rank = ({ outcome }: AckRow): number => RANKS[outcome] ?? 2;

/** The acknowledgement of the event itself, else the next one, of each system; an act before "parked", and that before "not-mine". */
function firstOfEach(acks: AckRow[]): AckRow[] {
  const first = new Map<string, AckRow>();
  for (const ack of acks) {
    const before = first.get(ack.system);
    if (!before || rank(ack) > rank(before)) first.set(ack.system, ack);
  }
  return [...first.values()];
}

function actsOn(event: EventRow, acks: AckRow[], systems: SystemRow[], now: Date): Act[] {
  const own = firstOfEach(acks.filter((ack) => ack.purpose === event.purpose && ack.version >= event.version));
  const heard = new Set(own.map(({ system }) => system));
  const missing = systems.filter((system) => concerns(system, event) && !heard.has(system.id));
  return [...own.map((ack) => actOf(ack, event, systems.find(({ id }) => id === ack.system), now)), ...missing.map((system) => silent(system, event, now))];
}

/**
 * Which systems acted on each event of a person, and after how long. Times are what the systems stated, by their clocks:
 * not proven. That an event is none of a system's own is told of what takes something away, and of nothing else.
 */
export async function readPropagation(pool: Pool, ledger: number, person: string, { after, limit }: { after: number; limit: number }): Promise<Propagation> {
  const { rows } = await pool.query<EventRow>(EVENTS, [ledger, person, after, limit + 1, TAKES_AWAY]);
  const page = rows.slice(0, limit);
  const [{ rows: acks }, { rows: systems }] = await Promise.all([pool.query<AckRow>(ACKS, [ledger, person, [...new Set(page.map(({ purpose }) => purpose))]]), pool.query<SystemRow>(SYSTEMS, [ledger])]);
  const now = new Date();
  const events = page.map((row) => {
    const { event, seq, purpose, version, type, recorded_at: recordedAt } = row;
    return { event, seq, purpose, version, type, recordedAt: recordedAt.toISOString(), systems: actsOn(row, acks, systems, now) };
  });
  return { events, ...(rows.length > limit && { next: page.at(-1)?.seq }) };
}

/** The same of one event; undefined where it is none of the person's. */
export async function readActsOn(pool: Pool, ledger: number, person: string, event: string): Promise<PropagatedEvent | undefined> {
  const { rows } = await pool.query<{ seq: number }>(EVENT, [ledger, person, event]);
  if (!rows[0]) return undefined;
  return (await readPropagation(pool, ledger, person, { after: rows[0].seq - 1, limit: 1 })).events[0];
}
