import { setMaxListeners } from 'node:events';
import { topicsOf } from '#contracts';
import { delayOf, pause, unlessAborted } from './back-off.js';
import { endsOf } from './connect-kafka.js';
import { isForbidden, nameOf } from './faults.js';
import { followEvents, type Following } from './follow-events.js';
import { learnState } from './learn-state.js';
import { isInformed } from './learnt.js';
import { makeUp } from './make-up.js';
import { watchLog } from './log/watch-log.js';
import { latest, mayUse } from './may.js';
import { silent, type Consumer, type ConsumerHealth, type ConsumerOptions } from './options.js';
import { arriveIn, beginning, hasCaughtUp, healthOf, readOn } from './progress.js';
import { warnOfUnheard } from './warn-of-unheard.js';
import { createWorkshop } from './workshop.js';

/** Milliseconds: for what is under way, and for all of stopping. */
const DRAIN_MS = 3_000;
const STOP_MS = 4_500;

/**
 * A consumer of the ledger for one system: it keeps the state of consents in the system's own store, runs the system's
 * handlers, and acknowledges every event. At least once, in order per person; repeats are harmless, a late repeat of a
 * grant never undoes a withdrawal. Nothing is sent or read before `start`.
 */
export function createConsumer<T>(given: ConsumerOptions<T>): Consumer {
  // What a store hands to a handler is of its own type; in between nobody looks at it.
  const options = given as ConsumerOptions<unknown>;
  const { store, purposes, defaults = {}, logger = silent, topicPrefix, logCheckMs = 5_000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  // Every partition may wait for it at once.
  setMaxListeners(0, signal);
  const progress = beginning();
  const shop = createWorkshop(options, progress, signal);
  const { isMine } = shop.applier;
  const { events: topic } = topicsOf(topicPrefix);
  let current: Following | undefined;
  let running: Promise<void> | undefined;
  let caughtUp: () => void = () => undefined;
  const whenFollowing = new Promise<void>((resolve) => (caughtUp = resolve));
  const closing: (() => void)[] = [];
  let log: ReturnType<typeof watchLog> | undefined;

  /** What was made up for may be gone too, and is made up for again if it is. */
  function onAnother(): void {
    log?.tellAgain();
    logger.warn({}, 'another server of the database answers, or it was started anew; what it may lack is read again');
  }

  const byDefault = (purpose: string): boolean => Object.hasOwn(defaults, purpose) && defaults[purpose] === true;

  function troubled(error: unknown, message: string): void {
    progress.problem = nameOf(error);
    if (!signal.aborted) logger.warn({ problem: progress.problem }, message);
  }

  /** What was loaded at the start may be of the time before another instance learnt the state. */
  async function learn(): Promise<void> {
    if (isInformed(await store.learnt(), purposes)) {
      if (purposes) await store.narrow(purposes);
      if (progress.informed) return;
    } else {
      progress.state = 'learning';
      progress.informed = false;
      await learnState(shop, shop.kafka);
    }
    await shop.inTurn(() => shop.table.load(store));
    progress.informed = true;
  }

  async function follow(onArrived: () => void): Promise<void> {
    let missing: () => void = () => undefined;
    const whenMissing = new Promise<void>((resolve) => (missing = resolve));
    current = await followEvents(shop, shop.kafka, {
      onArrived: (given) => {
        arriveIn(progress, given);
        progress.state = 'following';
        progress.problem = undefined;
        onArrived();
        if (hasCaughtUp(progress)) caughtUp();
      },
      onRead: (partition, place, end) => {
        readOn(progress, partition, place, end);
        if (hasCaughtUp(progress)) caughtUp();
      },
      onMissing: (partition) => {
        logger.error({ partition }, 'events are missing from Kafka; the state is read anew');
        progress.informed = false;
        missing();
      },
    });
    try {
      await unlessAborted(signal, Promise.race([current.broken, whenMissing]));
    } finally {
      progress.ends = undefined;
      await current.end();
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        progress.state = 'connecting';
        await learn();
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
        await store.prepare();
        progress.informed = isInformed(await store.learnt(), purposes);
        return await shop.table.load(store);
      } catch (error) {
        progress.problem = nameOf(error);
        if (isForbidden(error)) throw new Error('the database role may not make or use the consumer’s tables: run migrateConsumer as one that may', { cause: error });
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
    for (const close of closing.splice(0)) close();
    progress.state = 'stopped';
    caughtUp();
  }

  async function mayNow(person: string, purpose: string, channel?: string): Promise<boolean> {
    const { informed, now, ...held } = await store.ask(person, purpose);
    const known = shop.table.held(person, purpose);
    // A database that was put back a moment ago knows less than this process did.
    const newer = { state: latest(held.state, known.state), person: latest(held.person, known.person) };
    return informed && isMine(purpose) && mayUse({ ...newer, now, channel, byDefault: byDefault(purpose) });
  }

  const health = (): ConsumerHealth => healthOf(progress, shop.sender.waiting(), log?.health());

  return {
    start: async () => {
      if (running) return;
      if (closing.length === 0) closing.push(store.hear((error) => logger.debug({ problem: nameOf(error) }, 'a database connection broke')));
      await prepare();
      if (signal.aborted) return;
      warnOfUnheard(options.handlers, logger);
      running = run();
      log = watchLog({ store, topic, everyMs: logCheckMs, ends: () => endsOf(shop.kafka, topic), logger, onMissing: (missing) => void makeUp(shop, shop.kafka, missing) });
      closing.push(log.stop, shop.servers.heed({ onAnother }));
    },
    stop,
    following: () => whenFollowing,
    may: (person, purpose, channel) => progress.informed && isMine(purpose) && shop.table.may(person, purpose, channel, byDefault(purpose), Date.now()),
    mayNow,
    health,
    metrics: () => shop.metrics.text(health()),
  };
}
