import { userInfo } from 'node:os';
import { LEDGER_PERSON } from '#contracts';
import { uuidv7 } from '#ledger';
import type { Connection } from './connect.js';

/** Stands in a trace for an operator, who has no key. */
export const NO_KEY = '00000000-0000-0000-0000-000000000000';
const TRACE = 'INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)';

/** Who runs this command: the name of the operating system. */
export const operator = (): string => `cli:${userInfo().username}`;

/**
 * Notes a reading before anything is shown (rule 30), and tells its id. A bulk reading stands under the ledger's own person, with its
 * range in `what`.
 */
export async function trace({ pool, ledger }: Connection, what: string, reason: string, person: string = LEDGER_PERSON): Promise<string> {
  const id = uuidv7();
  await pool.query(TRACE, [ledger, id, new Date(), operator(), NO_KEY, person, what, reason]);
  return id;
}
