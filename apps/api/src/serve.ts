import 'reflect-metadata';
import type { Logger } from 'pino';
import { createPool, KEYED_LOOKUPS, ledgerOf } from '#database';
import { keyringPath, readKeyring } from '#vault';
import { readConfig } from './config.js';
import { createApi } from './create-api.js';

/** Runs one process of the api until it is told to end; throws, with one sentence, what keeps it from starting. */
export async function serve(log: Logger): Promise<void> {
  const config = readConfig();
  const keyring = readKeyring(keyringPath(config.dataDir));
  const onError = (error: Error): void => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke');
  const pool = createPool({ url: config.databaseUrl, name: 'samtycke-api', max: 10, onError, queryTimeoutMs: 10_000, settings: KEYED_LOOKUPS, pipeline: true });
  const ledger = await ledgerOf(pool, keyring.origin);
  const app = await createApi({ log, pool, ledger, keyring, publicUrl: config.publicUrl, portalUrl: config.portalUrl, logDir: config.logDir, limits: config.limits, webhookHosts: config.webhookHosts });
  await app.listen(config.port, config.host);
  log.info({ address: await app.getUrl() }, 'ready');
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await app.close();
    await pool.end();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => void stop());
  process.send?.({ ready: true });
}
