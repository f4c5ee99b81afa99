import { join } from 'node:path';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { kafkaOf, type KafkaAccess } from '#consumer';
import { createPool, KEYED_LOOKUPS, ledgerOf } from '#database';
import { Freshness, Ledger, readCatalogue, type CatalogueInForce } from '#ledger';
import { LogFolder } from '#log-folder';
import { endsWithin, leadWhilePossible, Lease, listen, uuidOfProcess, type Term } from '#outbox';
import { forgetCanary } from '#propagation';
import { demandIn } from '#settings';
import { Counts } from '#statistics';
import { keyringPath, lookupKeysOf, personKeysOf, readKeyring, subjectKeysOf, suppressionKeysOf, Tokens } from '#vault';
import { Canary, type CanaryOptions } from './canary.js';
import { readCanarySettings, type CanarySettings } from './canary-settings.js';
import { Reach } from '#webhooks';
import { confirmations } from './confirmations.js';
import { DueMails } from './due-mails.js';
import { erasures } from './erasures.js';
import { expiry } from './expiry.js';
import { followWith } from './follow-log.js';
import { grantRegister } from './grants.js';
import { hearAcks } from './hear-acks.js';
import { Heard } from './heard.js';
import { watchHeld } from './held-withdrawals.js';
import { keyEnds } from './key-ends.js';
import { lapse } from './lapse.js';
import { linkedDevices } from './linked-devices.js';
import { merges } from './merges.js';
import { retention } from './retention.js';
import { rightMails } from './right-mails.js';
import { rightsRegister } from './rights.js';
import { noticeChange } from './notice-change.js';
import { postBy, readDkim, readPublicUrl, type Post } from '#mails';
import { repeatRounds } from './rounds.js';
import { sendDueMails } from './send-due-mails.js';
import { timerRegister, timers } from './timers.js';
import { watchDeadlines } from './watch-deadlines.js';
import { wayBack } from './way-back.js';
import { alarm, alarmReceiver } from './webhooks/alarm.js';
import { webhooks } from './webhooks/run-webhooks.js';

const log = pino({ level: process.env.LOG_LEVEL || 'info', base: { app: 'worker' }, timestamp: pino.stdTimeFunctions.isoTime });

/** A worker that is told to end waits this long for what is under way; a job may be done twice, and finds then what it has done. */
const END_WITHIN_MS = 8_000;
/** A lease is over by then, whatever the answer is. */
const LEASE_QUERY_MS = 2_000;

/** How mails leave, and where the links in them lead. */
function mailOptions(env: NodeJS.ProcessEnv, dataDir: string): { publicUrl: string; from: string; post: Post } {
  const from = env.MAIL_FROM || 'Advansor <marketing@advansor.dk>';
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  return { publicUrl: readPublicUrl(env), from, post: postBy({ smtpUrl: env.SMTP_URL, folder: env.MAIL_DIR || join(dataDir, 'mail'), domain, dkim: readDkim(env) }) };
}

/** The catalogue, read again when it is asked for after five seconds. */
function rereadCatalogue(pool: Pool, ledger: number): () => Promise<CatalogueInForce | undefined> {
  let known: CatalogueInForce | undefined;
  let readAt = -Infinity;
  return async () => {
    if (performance.now() - readAt < 5_000) return known;
    known = await readCatalogue(pool, ledger);
    readAt = performance.now();
    return known;
  };
}

const FORGET_MS = 60_000;

type KafkaPlace = KafkaAccess & { prefix: string };

/** Of a canary that was switched off no word stands, as soon as the database takes that. */
async function forgetOf({ pool, ledger, log }: Pick<CanaryOptions, 'pool' | 'ledger' | 'log'>, term: Term): Promise<void> {
  const done = new AbortController();
  const run = (): Promise<number> => forgetCanary(pool, ledger, []).then(() => (done.abort(), 0));
  await repeatRounds(log, { name: 'canary', everyMs: FORGET_MS, run }, { ...term, signal: AbortSignal.any([term.signal, done.signal]) });
}

/** Who acted on what: heard on Kafka, where there is one. */
function propagation(options: Omit<CanaryOptions, 'everyMs' | 'purposes'>, kafka: KafkaPlace | undefined, canary: CanarySettings | undefined, term: Term): Promise<void>[] {
  if (!kafka) return [forgetOf(options, term)];
  const heard = new Heard();
  const hearing = { ...options, ...kafka };
  return [hearAcks(hearing, term, heard), watchDeadlines(options, term, heard), canary ? new Canary({ ...options, ...canary }, heard).run(term) : forgetOf(options, term)];
}

async function start(): Promise<void> {
  const { env } = process;
  const databaseUrl = demandIn(env, 'DATABASE_URL', 'the address of the ledger database, with the role samtycke_worker');
  const canary = readCanarySettings(env);
  const dataDir = env.SAMTYCKE_DATA || '.data';
  const keyring = readKeyring(keyringPath(dataDir));
  const { origin, tokens } = keyring;
  const onError = (error: Error): void => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke');
  const pool = createPool({ url: databaseUrl, name: 'samtycke-worker', max: 5, onError, queryTimeoutMs: 15_000, settings: KEYED_LOOKUPS, pipeline: true });
  // Of the lease alone: jobs that wait for the database with all of the other's connections do not end the leading.
  const leasePool = createPool({ url: databaseUrl, name: 'samtycke-worker', max: 1, onError, queryTimeoutMs: LEASE_QUERY_MS, settings: KEYED_LOOKUPS });
  const ledger = await ledgerOf(pool, origin);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => stop.abort());
  const keys = personKeysOf(keyring);
  const folder = new LogFolder(env.LOG_DIR || join(dataDir, 'transparency-log'));
  const fresh = new Freshness({ pool, ledger, outside: () => folder.size() });
  const appender = new Ledger({ ledger, origin, pool, keys, mayWrite: () => fresh.demand() });
  const counts = new Counts({ pool, ledger, onError: (error) => log.warn({ code: (error as { code?: string }).code }, 'counts wait to be written') });
  const options = { lookupKeys: lookupKeysOf(keyring), subjectKeys: subjectKeysOf(keyring), pool, ledger, log, keys, origin, appender, counts, tokens: new Tokens(origin, tokens), suppressionKeys: suppressionKeysOf(keyring), catalogue: rereadCatalogue(pool, ledger), ...mailOptions(env, dataDir) };
  const mails = new DueMails(pool, ledger);
  const jobs = followWith(options, [confirmations(mails), linkedDevices(options), erasures(options), rightsRegister(options), grantRegister(options), merges(options), timerRegister(options), wayBack(mails), rightMails(mails)]);
  const kafka = env.KAFKA_BROKERS ? { ...kafkaOf(env), prefix: env.KAFKA_TOPIC_PREFIX ?? '' } : undefined;
  const hooks = webhooks({ ...options, kafka, posting: { reach: Reach.of(env.WEBHOOK_ALLOW_HOSTS) } });
  const alarms = alarmReceiver(env);
  process.send?.({ ready: true });
  const leading = leadWhilePossible({
    lease: new Lease(leasePool, ledger, 'worker', uuidOfProcess),
    stop: stop.signal,
    work: async (term) => {
      await fresh.untilFresh(term.signal, (reason) => log.error({ reason }, 'nothing is done'));
      const timed = [expiry(options), lapse(options), noticeChange(options), timers(options), retention(options), keyEnds(options)].map((round) => repeatRounds(log, round, term));
      await Promise.all([jobs.run(term), ...timed, sendDueMails(options, mails, term), watchHeld(options, term), ...propagation(options, kafka, canary, term), hooks.run(term), ...alarm(options, alarms, term)]);
    },
    onError: (error) => log.warn({ reason: (error as Error).message }, 'the worker pauses'),
    onChange: (leads) => log.info({ leads }, leads ? 'leading' : 'standing by'),
  });
  const ring = (): void => {
    jobs.ring();
    hooks.ring();
  };
  const running = Promise.all([leading, listen(databaseUrl, 'samtycke_leaves', ring, stop.signal)]).then(() => counts.flush());
  const ended = await endsWithin(END_WITHIN_MS, stop.signal, running.then(() => Promise.all([pool.end(), leasePool.end()])));
  log.info(ended ? 'stopped' : 'stopped, and did not wait for what was under way');
  process.exit(0);
}

start().catch((error: unknown) => {
  log.fatal({ reason: (error as Error).message }, 'the worker could not start');
  process.exit(1);
});
