import { createHmac } from 'node:crypto';
import type { Pool } from 'pg';

const SLOT_MS = 5 * 60 * 1000;
const SLOTS = 12;

/** What a website sends for typed addresses: withdrawals above their limit are held, grants and requests refused. */
export type RateKind = 'withdrawals' | 'grants';

export type Limits = Record<RateKind, number>;

/** Calls an hour from one source. */
export const LIMITS: Limits = { withdrawals: 30, grants: 60 };

export interface Slot {
  kind: RateKind;
  /** Five-minute slot since 1970. */
  slot: number;
  calls: number;
}

/** One more call of each kind, and what the last hour held with it: one statement, so that processes count together. */
const COUNT = `
WITH mine AS (
  INSERT INTO rates (ledger, source, kind, slot, calls)
  SELECT $1, $2, k.kind, $4, 1 FROM unnest($3::text[]) AS k(kind) ORDER BY k.kind
  ON CONFLICT (ledger, source, kind, slot) DO UPDATE SET calls = rates.calls + excluded.calls
  RETURNING kind, slot, calls)
SELECT kind, slot, calls FROM mine
UNION ALL
SELECT r.kind, r.slot, r.calls FROM unnest($3::text[]) AS k(kind)
CROSS JOIN LATERAL (SELECT kind, slot, calls FROM rates
  WHERE ledger = $1 AND source = $2 AND kind = k.kind AND slot >= $4::bigint - ${SLOTS} AND slot < $4) r`;

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

/** Counts what comes from one source: a network (/24 or /48) together with a site key. Only a keyed hash of it is kept, for two hours. */
export class Rates {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly secret: Buffer,
    private readonly limits: Limits = LIMITS,
  ) {}

  /** Counts one call of each kind; gives those that are over their limit, with the seconds after which it is worth coming again. */
  async count(source: { key: string; network: string }, kinds: RateKind[]): Promise<Partial<Record<RateKind, number>>> {
    if (kinds.length === 0) return {};
    const hash = createHmac('sha256', this.secret).update(`samtycke source\n${source.key}\n${source.network}`).digest();
    const now = Date.now();
    const values = [this.ledger, hash, kinds, Math.floor(now / SLOT_MS)];
    const { rows } = await this.pool.query<{ kind: RateKind; slot: string; calls: number }>({ name: 'count-calls', text: COUNT, values });
    const slots = rows.map((row) => ({ ...row, slot: Number(row.slot) }));
    const over = kinds.map((kind) => [kind, secondsOver(slots.filter((one) => one.kind === kind), this.limits[kind], now)]);
    return Object.fromEntries(over.filter(([, seconds]) => seconds !== undefined)) as Partial<Record<RateKind, number>>;
  }
}
