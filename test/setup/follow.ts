import { createPool, KEYED_LOOKUPS } from '#database';
import type { LedgerEvent } from '#contracts';
import { Ledger } from '#ledger';
import { Counts } from '#statistics';
import { subjectKeysOf, suppressionKeysOf } from '#vault';
import { erasures } from '../../apps/worker/src/erasures.js';
import type { Job } from '../../apps/worker/src/follow-log.js';
import { linkedDevices } from '../../apps/worker/src/linked-devices.js';
import { merges } from '../../apps/worker/src/merges.js';
import { rightsRegister } from '../../apps/worker/src/rights.js';
import type { TestApi } from './api.js';

/**
 * The worker's own jobs on the events written so far, with its own role; each event twice, since a job must bear that. Jobs
 * follow the log each at its own pace: `only` lets one of them run ahead of the others.
 */
export function followedBy({ fresh }: TestApi): { follow(only?: string): Promise<void>; close(): Promise<void> } {
  const pool = createPool({ url: fresh.url, name: 'worker', max: 4, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const { keyring, keys, id: ledger } = fresh;
  const { origin } = keyring;
  const appender = new Ledger({ ledger, origin, pool, keys });
  const counts = new Counts({
    pool,
    ledger,
    onError: (error) => {
      throw error;
    },
  });
  const jobs: Job[] = [
    erasures({ pool, ledger, origin, keys, suppressionKeys: suppressionKeysOf(keyring), subjectKeys: subjectKeysOf(keyring), appender, catalogue: async () => fresh.catalogue }),
    rightsRegister({ pool, ledger }),
    merges({ pool, ledger, appender, catalogue: async () => fresh.catalogue }),
    linkedDevices({ pool, ledger, appender, counts, catalogue: async () => fresh.catalogue }),
  ];
  const seen = new Map(jobs.map(({ name }) => [name, new Set<string>()]));
  const isDue = (job: Job, { event }: LedgerEvent): boolean => !seen.get(job.name)?.has(event);
  async function round(mine: Job[], events: LedgerEvent[]): Promise<void> {
    for (const event of [...events, ...events]) for (const job of mine) if (job.types.includes(event.type) && isDue(job, event)) await job.handle(event);
    for (const job of mine) for (const { event } of events) seen.get(job.name)?.add(event);
  }
  async function follow(only?: string): Promise<void> {
    const mine = jobs.filter(({ name }) => only === undefined || name === only);
    for (;;) {
      const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events ORDER BY recorded_at, person, seq');
      const events = rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
      if (!events.some((event) => mine.some((job) => isDue(job, event)))) return;
      await round(mine, events);
    }
  }
  return {
    follow,
    close: async () => {
      await counts.flush();
      await appender.close();
      await pool.end();
    },
  };
}
