import type { PoolClient } from 'pg';
import type { Micros } from './clock.js';

const LOOK_MS = 1_000;
const NEWEST = `SELECT (extract(epoch FROM signed_at) * 1000000)::bigint AS signed FROM checkpoints WHERE ledger = $1 ORDER BY size DESC LIMIT 1`;

/**
 * When the newest checkpoint was signed: nothing is recorded before that, whatever this machine's clock says (rule 11). Looked
 * at once a second, so what is signed in between may be newer by as much.
 */
export class SignedTime {
  private lookedAt = -Infinity;
  private signed: Micros = 0;

  constructor(private readonly ledger: number) {}

  async read(client: PoolClient): Promise<Micros> {
    if (performance.now() - this.lookedAt < LOOK_MS) return this.signed;
    const asked = performance.now();
    const { rows } = await client.query<{ signed: string }>({ name: 'signed-time', text: NEWEST, values: [this.ledger] });
    this.signed = Math.max(this.signed, Number(rows[0]?.signed ?? 0));
    this.lookedAt = asked;
    return this.signed;
  }
}
