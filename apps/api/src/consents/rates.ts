import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';
import { Loader } from '#ledger';

const SLOT_MS = 5 * 60 * 1000;
const SLOTS = 12;

/**
 * What comes from a website: for typed addresses withdrawals, which are held above their limit, and grants and requests, which
 * are refused; of devices, new ones and what they say yes to, while a device's "no" is not counted; and what is told for the statistics
 * alone, which is left out of them above its limit.
 */
export type RateKind = 'withdrawals' | 'grants' | 'devices' | 'choices' | 'told';

export type Limits = Record<RateKind, number>;

/** Calls an hour from one source. Behind one network there may be a whole town of devices, and few people who type addresses. */
export const LIMITS: Limits = { withdrawals: 30, grants: 60, devices: 36_000, choices: 36_000, told: 6_000 };

export interface Slot {
  kind: RateKind;
  /** Five-minute slot since 1970. */
  slot: number;
  calls: number;
}

/**
 * Some more calls of sources and kinds, and what the last hour held with them: one statement, so that processes count together.
 * A count that a crash loses harms nobody, so it does not wait for the disk.
 */
const COUNT = `
WITH asked AS (SELECT * FROM unnest($2::bytea[], $3::text[], $4::int[]) AS a(source, kind, calls)),
mine AS (
  INSERT INTO rates (ledger, source, kind, slot, calls)
  SELECT $1, source, kind, $5, calls FROM asked ORDER BY source, kind
  ON CONFLICT (ledger, source, kind, slot) DO UPDATE SET calls = rates.calls + excluded.calls
  RETURNING source, kind, slot, calls)
SELECT source, kind, slot, calls, set_config('synchronous_commit', 'off', true) FROM mine
UNION ALL
SELECT a.source, a.kind, r.slot, r.calls, NULL FROM asked a
CROSS JOIN LATERAL (SELECT slot, calls FROM rates
  WHERE ledger = $1 AND source = a.source AND kind = a.kind AND slot >= $5::bigint - ${SLOTS} AND slot < $5) r`;

/**
 * Seconds after which so few calls are left in the hour that one more passes; undefined where it passes now. The hour is
 * counted in slots of five minutes, so it lasts up to five minutes longer.
 */
export function secondsOver(slots: readonly Slot[], limit: number, now: number): number | undefined {
  let calls = slots.reduce((sum, one) => sum + one.calls, 0);
  if (calls <= limit) return undefined;
  for (const one of [...slots].sort((a, b) => a.slot - b.slot)) {
    calls -= one.calls;
    if (calls < limit) return Math.max(1, Math.ceil(((one.slot + SLOTS + 1) * SLOT_MS - now) / 1000));
  }
  return Math.ceil(((SLOTS + 1) * SLOT_MS) / 1000);
}

interface Counted {
  source: Buffer;
  kind: RateKind;
}

interface Row extends Counted {
  slot: string;
  calls: number;
}

const nameOf = ({ source, kind }: Counted): string => `${source.toString('base64')} ${kind}`;

/** Of each call the hour with it and with those that came before it, calls of the same statement included. */
function slotsOfEach(calls: Counted[], rows: Row[], slot: number): Slot[][] {
  const after = new Map<string, number>();
  const each = [...calls].reverse().map((call) => {
    const name = nameOf(call);
    const later = after.get(name) ?? 0;
    after.set(name, later + 1);
    const own = rows.filter((row) => nameOf(row) === name).map((row): Slot => ({ kind: row.kind, slot: Number(row.slot), calls: row.calls }));
    return own.map((one) => (one.slot === slot ? { ...one, calls: one.calls - later } : one));
  });
  return each.reverse();
}

/** Counts what comes from one source: a network (/24 or /48) together with a site key. Only a keyed hash of it is kept, for two hours. */
export class Rates {
  private readonly limits: Limits;
  private readonly loader: Loader<Counted, Slot[]>;
  constructor(
    pool: Pool,
    ledger: number,
    private readonly secret: Buffer,
    limits: Partial<Limits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.loader = new Loader(async (calls) => {
      const each = new Map<string, Counted & { calls: number }>();
      for (const call of calls) each.set(nameOf(call), { ...call, calls: (each.get(nameOf(call))?.calls ?? 0) + 1 });
      const counted = [...each.values()];
      const slot = Math.floor(Date.now() / SLOT_MS);
      const values = [ledger, counted.map((one) => one.source), counted.map((one) => one.kind), counted.map((one) => one.calls), slot];
      const { rows } = await pool.query<Row>({ name: 'count-calls', text: COUNT, values });
      return slotsOfEach(calls, rows, slot);
    });
  }

  /** Counts one call of each kind; gives those that are over their limit, with the seconds after which it is worth coming again. */
  async count({ key, network }: { key: string; network: string }, kinds: RateKind[]): Promise<Partial<Record<RateKind, number>>> {
    const source = createHmac('sha256', this.secret).update(`samtycke source\n${key}\n${network}`).digest();
    const slots = await Promise.all(kinds.map((kind) => this.loader.load({ source, kind })));
    const over = kinds.map((kind, at) => [kind, secondsOver(slots[at] ?? [], this.limits[kind], Date.now())]);
    return Object.fromEntries(over.filter(([, seconds]) => seconds !== undefined)) as Partial<Record<RateKind, number>>;
  }
}
