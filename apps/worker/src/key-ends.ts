import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { daysLeft, readKeyEnds } from '#access';
import type { Round } from './rounds.js';

interface Options {
  pool: Pool;
  ledger: number;
  log: Logger;
}

/** Warns of keys that end within 30 days, or ended within the last: whoever holds one would find out by a 401. */
export const keyEnds = ({ pool, ledger, log }: Options): Round => ({
  name: 'key-ends',
  everyMs: 24 * 60 * 60 * 1_000,
  async run() {
    const now = new Date();
    for (const key of await readKeyEnds(pool, ledger, now)) {
      const days = daysLeft(key, now);
      if (days === undefined) break;
      log.warn({ key: key.id, owner: key.owner, endsAt: key.expiresAt, days }, days < 0 ? 'a key has ended: make another with samtycke keys create, or revoke it' : 'a key ends soon: make another with samtycke keys create');
    }
    return 0;
  },
});
