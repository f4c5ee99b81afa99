import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { SERVER } from './server.js';

/** Tells this process from every other, also from one before it with the same pid. */
export const uuidOfProcess = randomUUID();

const LEASE_MS = 1_200;

/** A right to lead, until `until` on the monotonic clock of this process. */
export interface Leadership {
  fencing: string;
  /** On which server of the database it was taken: it holds on no other, for that may lack what was committed last. */
  server: string;
  until: number;
}

/** Fencing numbers rise by one at least, and are not below the time (ms): another server, which lacks who led last, does not give a number again. */
const TAKE = `
INSERT INTO leases (ledger, role, holder, fencing, expires_at, next)
VALUES ($1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, clock_timestamp() + $4 * interval '1 millisecond', 0)
ON CONFLICT (ledger, role) DO UPDATE SET holder = excluded.holder, fencing = greatest(leases.fencing + 1, excluded.fencing), expires_at = excluded.expires_at
WHERE leases.expires_at < clock_timestamp()
RETURNING fencing, ${SERVER} AS server`;

const RENEW = `
UPDATE leases SET expires_at = clock_timestamp() + $4 * interval '1 millisecond'
WHERE ledger = $1 AND role = $2 AND fencing = $3 AND ${SERVER} = $5 RETURNING fencing`;

const GIVE_UP = `UPDATE leases SET expires_at = clock_timestamp() WHERE ledger = $1 AND role = $2 AND fencing = $3 AND ${SERVER} = $4`;

/**
 * One leader for each role: a row with a fencing number, on the database's clock. Whoever takes the lease raises the number,
 * and everything a leader writes is conditional on it, so a frozen leader that wakes up writes nothing.
 */
export class Lease {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly role: string,
    private readonly holder: string,
  ) {}

  /** Takes the lease where nobody holds it. */
  async take(): Promise<Leadership | undefined> {
    const asked = performance.now();
    const { rows } = await this.pool.query<{ fencing: string; server: string }>(TAKE, [this.ledger, this.role, this.holder, LEASE_MS]);
    return rows[0] && { ...rows[0], until: asked + LEASE_MS };
  }

  /** Prolongs it; undefined when somebody else leads now, or another server answers. */
  async renew(held: Leadership): Promise<Leadership | undefined> {
    const asked = performance.now();
    const { rows } = await this.pool.query(RENEW, [this.ledger, this.role, held.fencing, LEASE_MS, held.server]);
    return rows[0] && { ...held, until: asked + LEASE_MS };
  }

  async giveUp(held: Leadership): Promise<void> {
    await this.pool.query(GIVE_UP, [this.ledger, this.role, held.fencing, held.server]);
  }
}

export const RENEW_EVERY_MS = LEASE_MS / 3;
