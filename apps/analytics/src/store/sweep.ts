import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { STATISTICS, SEGMENTATION } from '../purposes.js';
import { ALLOWED_NOW } from './allowed.js';
import { forget } from './forget.js';

const EVERY_MS = 30_000;
/** Views are of no use to statistics after this, consent or not. */
const KEPT_FOR = '395 days';
const KEPT_REACTIONS = 1_000;

const FIND = `
  SELECT device FROM (SELECT DISTINCT device FROM analytics.views) counted
  WHERE NOT EXISTS (SELECT 1 FROM samtycke_consumer.consent_state s WHERE s.person = device AND s.purpose = '${STATISTICS}' AND ${ALLOWED_NOW})
  UNION
  SELECT device FROM analytics.profiles
  WHERE NOT EXISTS (SELECT 1 FROM samtycke_consumer.consent_state s WHERE s.person = device AND s.purpose = '${SEGMENTATION}' AND ${ALLOWED_NOW})`;

const LOCK = 'SELECT 1 FROM samtycke_consumer.consent_state WHERE person = $1 ORDER BY purpose FOR UPDATE';
const ALLOWED = `SELECT purpose FROM samtycke_consumer.consent_state s WHERE s.person = $1 AND ${ALLOWED_NOW}`;

async function sweepDevice(client: PoolClient, device: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(LOCK, [device]);
  const { rows } = await client.query<{ purpose: string }>(ALLOWED, [device]);
  const unless = (purpose: string): string[] => (rows.some((row) => row.purpose === purpose) ? [] : [device]);
  await forget(client, unless(STATISTICS), unless(SEGMENTATION));
  await client.query('COMMIT');
}

/**
 * Deletes what no event asks to delete: the views of devices whose consent has run out, those behind a parked message,
 * what is too old, and old lines of the log. Repeating it is harmless. Throws what the database throws.
 */
export async function sweep(pool: Pool): Promise<number> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ device: string }>(FIND);
    for (const { device } of rows) await sweepDevice(client, device);
    await client.query('DELETE FROM analytics.views WHERE at < clock_timestamp() - $1::interval', [KEPT_FOR]);
    await client.query('DELETE FROM analytics.reactions WHERE number <= (SELECT max(number) FROM analytics.reactions) - $1', [KEPT_REACTIONS]);
    client.release();
    return rows.length;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Sweeps now and then; `stop` resolves once nothing of it runs. */
export function keepSwept(pool: Pool, log: Logger, everyMs = EVERY_MS): { stop(): Promise<void> } {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= sweep(pool)
      .then(
        (devices) => (devices > 0 ? log.info({ devices }, 'views were swept') : undefined),
        (error: { code?: string }) => log.warn({ code: error.code }, 'views could not be swept; next time'),
      )
      .finally(() => (running = undefined));
  };
  const timer = setInterval(run, everyMs);
  run();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
