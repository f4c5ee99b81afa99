import { join } from 'node:path';
import { pino } from 'pino';
import { kafkaOf } from '#consumer';
import { createPool, KEYED_LOOKUPS, ledgerOf } from '#database';
import { endsWithin } from '#outbox';
import { demandIn } from '#settings';
import { keyringPath, readKeyring } from '#vault';
import { readWitnesses } from './log/witnesses.js';
import { runRelay } from './relay.js';

const log = pino({ level: process.env.LOG_LEVEL || 'info', base: { app: 'relay' }, timestamp: pino.stdTimeFunctions.isoTime });

/** A relay that is told to end waits this long for Kafka to let it go; what it was sending then comes again from the cursor. */
const END_WITHIN_MS = 4_500;

async function start(): Promise<void> {
  const databaseUrl = demandIn(process.env, 'DATABASE_URL', 'the address of the ledger database, with the role samtycke_relay');
  const kafka = kafkaOf();
  const witnesses = readWitnesses(process.env.LOG_WITNESSES);
  const onError = (error: Error): void => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke');
  const pool = createPool({ url: databaseUrl, name: 'samtycke-relay', max: 6, onError, queryTimeoutMs: 15_000, settings: KEYED_LOOKUPS });
  const dataDir = process.env.SAMTYCKE_DATA || join(process.cwd(), '.data');
  const keyring = readKeyring(keyringPath(dataDir));
  const ledger = await ledgerOf(pool, keyring.origin);
  const logDir = process.env.LOG_DIR || join(dataDir, 'transparency-log');
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => stop.abort());
  const replicas = Number(process.env.KAFKA_REPLICAS || Math.min(3, kafka.brokers.length));
  const createTopics = process.env.KAFKA_CREATE_TOPICS !== 'false';
  const prefix = process.env.KAFKA_TOPIC_PREFIX ?? '';
  process.send?.({ ready: true });
  const running = runRelay({ pool, databaseUrl, ledger, ...kafka, prefix, createTopics, replicas, log, keyring, logDir, witnesses }, stop.signal).then(() => pool.end());
  const ended = await endsWithin(END_WITHIN_MS, stop.signal, running);
  log.info(ended ? 'stopped' : 'stopped, and did not wait for Kafka');
  process.exit(0);
}

start().catch((error: unknown) => {
  log.fatal({ reason: (error as Error).message }, 'the relay could not start');
  process.exit(1);
});
