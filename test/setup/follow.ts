import { createPool, KEYED_LOOKUPS } from '#database';
import type { LedgerEvent } from '#contracts';
import { Ledger } from '#ledger';
import { suppressionKeysOf } from '#vault';
import { erasures } from '../../apps/worker/src/erasures.js';
import type { Job } from '../../apps/worker/src/follow-log.js';
import { linkedDevices } from '../../apps/worker/src/linked-devices.js';
import { merges } from '../../apps/worker/src/merges.js';
import { rightsRegister } from '../../apps/worker/src/rights.js';
import type { TestApi } from './api.js';

/** The worker's own jobs on the events written so far, with its own role; each event twice, since a job must bear that. */
export function followedBy({ fresh }: TestApi): { follow(): Promise<void>; close(): Promise<void> } {
  const pool = createPool({ url: fresh.url, name: 'worker', max: 4, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const { keyring, keys, id: ledger } = fresh;
  const { origin } = keyring;
  const appender = new Ledger({ ledger, origin, pool, keys });
  const jobs: Job[] = [
    erasures({ pool, ledger, origin, keys, suppressionKeys: suppressionKeysOf(keyring), appender, catalogue: async () => fresh.catalogue }),
    rightsRegister({ pool, ledger }),
    merges({ pool, ledger, appender, catalogue: async () => fresh.catalogue }),
    linkedDevices({ pool, ledger, appender, catalogue: async () => fresh.catalogue }),
  ];
  const seen = new Set<string>();
  async function follow(): Promise<void> {
    for (;;) {
      const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events ORDER BY recorded_at, person, seq');
      const events = rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent).filter(({ event }) => !seen.has(event));
      if (events.length === 0) return;
      for (const event of [...events, ...events]) for (const job of jobs) if (job.types.includes(event.type)) await job.handle(event);
      for (const { event } of events) seen.add(event);
    }
  }
  return {
    follow,
    close: async () => {
      await appender.close();
      await pool.end();
    },
  };
}
