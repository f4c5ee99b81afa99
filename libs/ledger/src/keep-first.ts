import type { Pool } from 'pg';
import { uuidv7 } from './ids.js';
import { toldOf } from './told.js';

/** An answer to be kept under an idempotency key. */
export interface First {
  scope: string;
  key: string;
  bodyHash: Buffer;
  answer: object;
}

const KEEP = 'INSERT INTO idempotency (ledger, scope, key, body_hash, request, answer) VALUES ($1, $2, $3, $4, $5, $6)';

/**
 * Runs a statement that is no append, and keeps its answer under the key if it did anything: both or neither. Gives the count
 * of its rows. AnswerStands where the key was used meanwhile, and then nothing was done.
 */
export async function keepFirst(pool: Pool, ledger: number, { text, values }: { text: string; values: unknown[] }, { scope, key, bodyHash, answer }: First): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rowCount } = await client.query(text, values);
    if (rowCount) await client.query(KEEP, [ledger, scope, key, bodyHash, uuidv7(), JSON.stringify(answer)]);
    await client.query('COMMIT');
    client.release();
    return rowCount ?? 0;
  } catch (error) {
    client.release(true);
    throw toldOf(error);
  }
}
