import { LEDGER_PURPOSE, WHOLE_PERSON } from '#contracts';
import { delayOf, pause, unlessAborted } from './back-off.js';
import { connectKafka } from './connect-kafka.js';
import { nameOf } from './faults.js';
import { followEvents, type Following } from './follow-events.js';
import { learnState } from './learn-state.js';
import { askDatabase } from './may-now.js';
import { migrateConsumer } from './migrate.js';
import type { Consumer, ConsumerHealth, ConsumerLogger, ConsumerOptions, ConsumerState } from './options.js';
import { forgetInformed, isInformed } from './positions.js';
import { sendAnswers } from './send-answers.js';
import { createTable } from './table.js';
import type { Workshop } from './work.js';

const silent: ConsumerLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Milliseconds: for what is under way, and for all of stopping. */
const DRAIN_MS = 3_000;
const STOP_MS = 4_500;

interface Progress {
  state: ConsumerState;
  informed: boolean;
  problem?: string;
  lags: Map<number, number>;
}

function createWorkshop(options: ConsumerOptions, progress: Progress, signal: AbortSignal): Workshop & { kafka: ReturnType<typeof connectKafka> } {
  const { pool, handlers, purposes, logger = silent, handlerTimeoutMs = 20_000 } = options;
  const table = createTable();
  const kafka = connectKafka(options.system, options.brokers, logger);
  const isMine = (purpose: string): boolean => purpose === WHOLE_PERSON || (purposes?.includes(purpose) ?? purpose !== LEDGER_PURPOSE);
  const onDatabase = (usable: boolean, problem?: string): void => {
    progress.state = usable ? (progress.informed ? 'following' : 'learning') : 'waiting-for-database';
    progress.problem = problem;
  };
  return {
    options,
    kafka,
    table,
    applier: { pool, isMine, handlers, handlerTimeoutMs },
    around: { signal, logger, onDatabase, onHeld: table.hold },
    sender: sendAnswers(kafka, signal, logger),
  };
}

/**
 * A consumer of the ledger for one system: it keeps the state of consents in the system's own database, runs the
 * system's handlers, and acknowledges every event. At least once, in order per person; repeats are harmless, a late
 * repeat of a grant never undoes a withdrawal. Nothing is sent or read before `start`.
 */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { pool, purposes, defaults = {}, logger = silent } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const progress: Progress = { state: 'new', informed: false, lags: new Map() };
  const shop = createWorkshop(options, progress, signal);
  let current: Following | undefined;
  let running: Promise<void> | undefined;
  let joined: () => void = () => undefined;
  const whenFollowing = new Promise<void>((resolve) => (joined = resolve));
  const hear = (error: Error): void => logger.debug({ problem: nameOf(error) }, 'a database connection broke');

  function troubled(error: unknown, message: string): void {
    progress.problem = nameOf(error);
    if (!signal.aborted) logger.warn({ problem: progress.problem }, message);
  }

  async function learn(): Promise<void> {
    if (await isInformed(pool, purposes)) return;
    progress.state = 'learning';
    await learnState(shop, shop.kafka);
  }

  async function follow(onJoined: () => void): Promise<void> {
    let missing: () => void = () => undefined;
    const whenMissing = new Promise<void>((resolve) => (missing = resolve));
    current = await followEvents(shop, shop.kafka, {
      onJoined: () => {
        progress.state = 'following';
        progress.problem = undefined;
        onJoined();
        joined();
      },
      onLag: (partition, lag) => progress.lags.set(partition, lag),
      onMissing: (partition) => {
        logger.error({ partition }, 'events are missing from Kafka; the state is read anew');
        missing();
      },
    });
    try {
      await unlessAborted(signal, Promise.race([current.broken, whenMissing.then(() => forgetInformed(pool))]));
    } finally {
      await current.end();
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        progress.state = 'connecting';
        await learn();
        await shop.table.load(pool);
        progress.informed = true;
        await follow(() => (attempt = 0));
      } catch (error) {
        troubled(error, 'the topics cannot be followed; trying again');
      }
      await pause(delayOf(attempt + 1), signal);
    }
  }

  async function prepare(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await migrateConsumer(pool);
        progress.informed = await isInformed(pool, purposes);
        return await shop.table.load(pool);
      } catch (error) {
        progress.state = 'waiting-for-database';
        troubled(error, 'the database cannot be used; waiting');
        await pause(delayOf(attempt), signal);
      }
    }
  }

  async function stop(): Promise<void> {
    if (progress.state === 'stopped') return;
    const limit = AbortSignal.timeout(STOP_MS);
    await current?.drain(AbortSignal.timeout(DRAIN_MS)).catch((error: unknown) => troubled(error, 'not all was acknowledged'));
    progress.state = 'stopped';
    stopping.abort();
    await unlessAborted(limit, Promise.all([running, shop.sender.end()]).catch(() => undefined));
    pool.off('error', hear);
    progress.state = 'stopped';
  }

  function health(): ConsumerHealth {
    const { state, informed, problem, lags } = progress;
    const lag = lags.size > 0 ? [...lags.values()].reduce((sum, one) => sum + one, 0) : undefined;
    return { state, informed, unacknowledged: shop.sender.waiting(), ...(lag !== undefined && { lag }), ...(problem !== undefined && { problem }) };
  }

  return {
    start: async () => {
      if (running) return;
      pool.on('error', hear);
      await prepare();
      running = run();
    },
    stop,
    following: () => whenFollowing,
    may: (person, purpose, channel) => progress.informed && shop.table.may(person, purpose, channel, defaults[purpose] ?? false, Date.now()),
    mayNow: (person, purpose, channel) => askDatabase(pool, person, purpose, channel, defaults[purpose] ?? false),
    health,
  };
}
