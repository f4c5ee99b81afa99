import type { Pool } from 'pg';
import type { AckOutcome, LedgerEvent } from '#contracts';

const PAGE = 500;
/** Above so many nothing more is taken up: the log keeps it, and costs nothing. */
const MOST_WAITING = 100_000;

/** A leader that was frozen and wakes up writes nothing. */
const LEADS = `EXISTS (SELECT FROM leases WHERE ledger = $1 AND role = 'worker' AND fencing = $3)`;

/** The next stretch of the log: the place in it moves on, and what is the system's goes into its queue, in one statement; nothing of a webhook that is taken away meanwhile. */
export const TAKE_UP = `
WITH hook AS MATERIALIZED (
  SELECT w.next, s.purposes FROM webhooks w JOIN systems s ON s.ledger = w.ledger AND s.id = w.system
  WHERE w.ledger = $1 AND w.system = $2 AND ${LEADS}
    AND (SELECT count(*) FROM (SELECT FROM webhook_queue WHERE ledger = $1 AND system = $2 AND state = 'waiting' LIMIT ${MOST_WAITING}) x) < ${MOST_WAITING}),
stretch AS MATERIALIZED (
  SELECT l.idx, e.person, e.event, e.purpose, e.version, e.type, h.purposes FROM hook h
  CROSS JOIN LATERAL (SELECT idx, person, seq FROM leaves WHERE ledger = $1 AND idx >= h.next ORDER BY idx LIMIT ${PAGE}) l
  CROSS JOIN LATERAL (SELECT person, event, purpose, version, type FROM events WHERE ledger = $1 AND person = l.person AND seq >= l.seq ORDER BY seq LIMIT 1) e),
moved AS (UPDATE webhooks SET next = (SELECT max(idx) + 1 FROM stretch) WHERE ledger = $1 AND system = $2 AND EXISTS (SELECT FROM stretch) RETURNING system),
queued AS (
  INSERT INTO webhook_queue (ledger, system, person, idx, event, purpose, version, erases, state, tries, due_at)
  SELECT $1, $2, person, idx, event, purpose, version, purpose = '~person' AND type = 'person-erased', 'waiting', 0, $4::timestamptz FROM stretch
  WHERE EXISTS (SELECT FROM moved) AND purpose <> '~ledger' AND (purposes IS NULL OR purpose = ANY (purposes) OR purpose = '~person') ON CONFLICT DO NOTHING)
SELECT count(*)::int AS looked FROM stretch`;

/**
 * Of each person the first that waits, where it is due; his erasure goes before all of it. A parked one that is tried again is
 * superseded where the system has learnt a later state of the purpose. Written so that other indexes than the key's do not fit where somebody's are sought.
 */
export const READ_WAITING = `
SELECT q.person, q.idx, q.tries, q.first_at, q.erases, e.bytes, encode(l.hash, 'hex') AS hash, q.problem IS NOT NULL AND q.tries = 0 AND (
    EXISTS (SELECT FROM acknowledgements WHERE ledger = $1 AND person = q.person AND purpose = q.purpose AND version > q.version AND system = $2 AND outcome <> 'parked')
    OR EXISTS (SELECT FROM webhook_queue WHERE ledger = $1 AND system = $2 AND person = q.person AND purpose = q.purpose AND version > q.version AND state || '' = 'delivered')) AS superseded
FROM (SELECT * FROM webhook_queue o WHERE ledger = $1 AND system = $2 AND state = 'waiting' AND due_at <= $3 AND person <> ALL ($4::uuid[])
  AND idx = (SELECT idx FROM webhook_queue b WHERE b.ledger = $1 AND b.system = $2 AND b.person = o.person AND b.state || '' = 'waiting' ORDER BY erases DESC, idx LIMIT 1)
  ORDER BY due_at, idx LIMIT $5) q
CROSS JOIN LATERAL (SELECT ledger, idx, seq, hash FROM leaves WHERE (ledger, idx) >= ($1::smallint, q.idx) ORDER BY ledger, idx LIMIT 1) l
CROSS JOIN LATERAL (SELECT bytes FROM events WHERE ledger = $1 AND person = q.person AND seq >= l.seq ORDER BY seq LIMIT 1) e
WHERE l.ledger = $1 AND l.idx = q.idx
ORDER BY q.due_at, q.idx`;

/** The registration, held until the statement ends: what went wrong under another one counts for nothing, whichever of the two is first. */
const STANDING = `WITH standing AS MATERIALIZED (SELECT registration FROM webhooks WHERE ledger = $1 AND system = $2 FOR SHARE)`;
const STILL = `f.registration IS NOT DISTINCT FROM (SELECT registration FROM standing)`;

/**
 * With a person's erasure all that waited of him before it is done too: who erased him has acted on it. What the receiver parked
 * is as if given up: it can be tried again.
 */
const DELIVERED = `${STANDING}
UPDATE webhook_queue q SET state = CASE f.outcome WHEN 'parked' THEN 'given-up' ELSE 'delivered' END, outcome = f.outcome, applied_at = f.applied_at,
  tries = q.tries + 1, first_at = coalesce(q.first_at, f.at), problem = CASE f.outcome WHEN 'parked' THEN 'parked by the receiver' END
FROM unnest($4::uuid[], $5::bigint[], $6::uuid[], $7::boolean[], $8::text[], $9::timestamptz[], $10::timestamptz[]) AS f(person, idx, registration, covers, outcome, applied_at, at)
WHERE q.ledger = $1 AND q.system = $2 AND ${LEADS} AND (f.outcome <> 'parked' OR ${STILL}) AND q.person = f.person AND (q.idx = f.idx OR f.covers AND q.idx < f.idx)`;
/** What waits behind a failed one is not due before it; an erasure waits for nothing. */
const FAILED = `${STANDING}
UPDATE webhook_queue q SET tries = q.tries + (q.idx = f.idx)::int, first_at = CASE WHEN q.idx = f.idx THEN coalesce(q.first_at, f.at) ELSE q.first_at END,
  problem = CASE WHEN q.idx = f.idx THEN f.problem ELSE q.problem END, due_at = f.due_at
FROM unnest($4::uuid[], $5::bigint[], $6::uuid[], $7::text[], $8::timestamptz[], $9::timestamptz[]) AS f(person, idx, registration, problem, at, due_at)
WHERE q.ledger = $1 AND q.system = $2 AND ${LEADS} AND ${STILL} AND q.person = f.person AND q.state = 'waiting' AND (q.idx = f.idx OR NOT q.erases)`;
const GIVEN_UP = `${STANDING}
UPDATE webhook_queue q SET state = 'given-up', tries = q.tries + 1, problem = f.problem, outcome = 'parked', applied_at = f.at
FROM unnest($4::uuid[], $5::bigint[], $6::uuid[], $7::text[], $8::timestamptz[]) AS f(person, idx, registration, problem, at)
WHERE q.ledger = $1 AND q.system = $2 AND ${LEADS} AND ${STILL} AND q.person = f.person AND q.idx = f.idx AND q.state = 'waiting'`;
const FORWARD = `
UPDATE webhook_queue SET due_at = $4 WHERE ledger = $1 AND system = $2 AND ${LEADS} AND state = 'waiting' AND due_at > $4 AND ($5::uuid[] IS NULL OR person = ANY ($5))`;
/** What was never tried is due since it was taken up; where that lies ahead, a clock ran ahead. What waits behind a failed one is left. */
const RECTIFY = `
UPDATE webhook_queue q SET due_at = $4 WHERE ledger = $1 AND system = $2 AND ${LEADS} AND state = 'waiting' AND due_at > $4 AND tries = 0 AND first_at IS NULL
  AND (erases OR NOT EXISTS (SELECT FROM webhook_queue b WHERE b.ledger = $1 AND b.system = $2 AND b.person = q.person AND b.state = 'waiting' AND b.tries > 0))`;
/** Further off than anything may be put off lies only what failed under a clock that ran ahead; so does a first try that is yet to come. */
const RECTIFY_FAILED = `
UPDATE webhook_queue SET due_at = CASE WHEN due_at > $5 THEN $4 ELSE due_at END, first_at = CASE WHEN first_at > $4 THEN $4 ELSE first_at END
WHERE ledger = $1 AND system = $2 AND ${LEADS} AND state = 'waiting' AND due_at > $4 AND (due_at > $5 OR first_at > $4)`;
const PASS_OVER = `DELETE FROM webhook_queue WHERE ledger = $1 AND system = $2 AND ${LEADS} AND person = $4 AND idx = $5 AND state = 'waiting'`;
const DISABLE = `UPDATE webhooks SET state = 'disabled' WHERE ledger = $1 AND system = $2 AND ${LEADS} AND registration IS NOT DISTINCT FROM $4 AND state = 'active'`;

export interface Waiting {
  person: string;
  index: number;
  hash: string;
  event: LedgerEvent;
  tries: number;
  firstAt?: Date;
  erases: boolean;
  superseded: boolean;
}

export interface Delivered {
  row: Waiting;
  registration: string | null;
  outcome: AckOutcome;
  at: Date;
  appliedAt: Date;
}

export interface Failed {
  row: Waiting;
  /** Under which it was tried. */
  registration: string | null;
  problem: string;
  at: Date;
  /** Absent: given up. */
  dueAt?: Date;
}

interface Row {
  person: string;
  idx: string;
  tries: number;
  first_at: Date | null;
  erases: boolean;
  bytes: Buffer;
  hash: string;
  superseded: boolean;
}

const waitingOf = ({ idx, bytes, first_at: firstAt, ...row }: Row): Waiting => ({ ...row, index: Number(idx), event: JSON.parse(bytes.toString('utf8')) as LedgerEvent, ...(firstAt && { firstAt }) });

type Place = Pick<Failed, 'row' | 'registration'>;
const places = (all: readonly Place[]): unknown[][] => [all.map(({ row }) => row.person), all.map(({ row }) => row.index), all.map(({ registration }) => registration)];

/** What one system has yet to be told. Only the leader of this term changes it. */
export class Queue {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly system: string,
    private readonly fencing: string,
  ) {}

  /** Tells whether that changed anything. */
  private async write(text: string, ...values: unknown[]): Promise<boolean> {
    const { rowCount } = await this.pool.query(text, [this.ledger, this.system, this.fencing, ...values]);
    return rowCount !== 0;
  }

  /** Takes up what the log holds next; tells whether there may be more. */
  async takeUp(): Promise<boolean> {
    const { rows } = await this.pool.query<{ looked: number }>({ name: 'webhooks-take-up', text: TAKE_UP, values: [this.ledger, this.system, this.fencing, new Date()] });
    return rows[0]?.looked === PAGE;
  }

  /** What is due by a time, or at any time; one event a person, none of the people in `but`. */
  async due(but: readonly string[], limit: number, by?: Date): Promise<Waiting[]> {
    const { rows } = await this.pool.query<Row>({ name: 'webhooks-waiting', text: READ_WAITING, values: [this.ledger, this.system, by ?? 'infinity', but, limit] });
    return rows.map(waitingOf);
  }

  async delivered(all: readonly Delivered[]): Promise<void> {
    if (all.length === 0) return;
    const covers = all.map(({ row, outcome }) => row.erases && outcome !== 'parked');
    await this.write(DELIVERED, ...places(all), covers, all.map(({ outcome }) => outcome), all.map(({ appliedAt }) => appliedAt), all.map(({ at }) => at));
    await this.forward(all.filter(({ row }) => row.tries > 0).map(({ row }) => row.person));
  }

  async failed(all: readonly Failed[]): Promise<void> {
    const again = all.filter(({ dueAt }) => dueAt !== undefined);
    const over = all.filter(({ dueAt }) => dueAt === undefined);
    if (again.length > 0) await this.write(FAILED, ...places(again), again.map(({ problem }) => problem), again.map(({ at }) => at), again.map(({ dueAt }) => dueAt));
    if (over.length === 0) return;
    await this.write(GIVEN_UP, ...places(over), over.map(({ problem }) => problem), over.map(({ at }) => at));
    await this.forward(over.map(({ row }) => row.person));
  }

  /** Makes due at once what waits of these people, or of all. */
  async forward(people?: readonly string[]): Promise<void> {
    if (people?.length !== 0) await this.write(FORWARD, new Date(), people ?? null);
  }

  /** Makes due what only a clock that ran ahead put off: what was never tried, and what lies further off than `longestMs`. */
  async rectify(longestMs: number): Promise<void> {
    const now = new Date();
    await this.write(RECTIFY, now);
    await this.write(RECTIFY_FAILED, now, new Date(now.getTime() + longestMs));
  }

  async passOver({ person, index }: Waiting): Promise<void> {
    await this.write(PASS_OVER, person, index);
  }

  /** The receiver wants no more: what waits stays, and the log behind it. Tells whether the registration was still this one. */
  disable(registration: string | null): Promise<boolean> {
    return this.write(DISABLE, registration);
  }
}
