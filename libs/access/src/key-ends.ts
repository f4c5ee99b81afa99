import type { Pool } from 'pg';
import type { KeyKind } from './secret.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** From how many days before its end on a key is warned of. */
const SOON_DAYS = 30;

/** When a key ends. Whoever holds it needs another before. */
export interface KeyEnd {
  id: string;
  kind: KeyKind;
  owner: string;
  expiresAt: Date;
}

const ENDS = `
SELECT id, kind, owner, expires_at AS "expiresAt" FROM api_keys
WHERE ledger = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY expires_at, id`;

/** When keys end that are not revoked, the next first; one that has ended is told of for another 30 days. */
export async function readKeyEnds(pool: Pool, ledger: number, now: Date): Promise<KeyEnd[]> {
  return (await pool.query<KeyEnd>(ENDS, [ledger, new Date(now.getTime() - SOON_DAYS * DAY_MS)])).rows;
}

/** How many whole days a key that ends soon has left: 0 on its last, negative once it has ended; undefined where it ends later. */
export function daysLeft({ expiresAt }: Pick<KeyEnd, 'expiresAt'>, now: Date): number | undefined {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS);
  return days < SOON_DAYS ? days : undefined;
}
