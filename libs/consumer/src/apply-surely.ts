import { applyTogether, type Applier } from './apply.js';
import { delayOf, pause } from './back-off.js';
import { HandlerFault, isAboutValues, isConflict, isCrowded, isCutShort, isFromDatabase, isFull, isNetwork, isNobodys, isOfCommit, isOutage, nameOf, placeOf, Stopped, Undone } from './faults.js';
import type { Changes } from './fold.js';
import type { ConsumerLogger } from './options.js';
import type { ParkReason, Received, Verdict } from './received.js';

const CONFLICT_TRIES = 5;
const OUTAGE_TRIES = 12;

export interface Circumstances {
  topic: 'events' | 'state';
  signal: AbortSignal;
  logger: ConsumerLogger;
  /** The database could not be used, or can be again. */
  onDatabase: (usable: boolean, problem?: string) => void;
  /** A message was parked and its version held. */
  onHeld: (message: Received) => void;
}

export interface Result {
  changes: Changes[];
  verdicts: Verdict[];
}

type Course = 'environment' | 'again' | 'message';

const upTo = (tries: number, attempt: number, course: Course): Course => (attempt < tries ? course : 'message');

/** A single message's statement is waited for; that of many may only be too much at once, and a commit may fail by what a handler wrote. */
const isWaitedFor = (error: unknown, count: number): boolean => isNobodys(error) && !(isCutShort(error) && (count > 1 || isOfCommit(error)));

/** A handler threw, or what it did kept the transaction from being committed. */
const isHandlers = (error: unknown): boolean => error instanceof HandlerFault || error instanceof Undone || isOfCommit(error);

/**
 * Whose fault a failure of applying `count` messages is: the database's (wait), nobody's (try again), or one of the messages' (find it,
 * park it). Of the database only what breaks a statement can be a message's, after some tries, and what a commit is refused for.
 */
export function courseOf(error: unknown, attempt: number, count: number): Course {
  const inner = error instanceof HandlerFault ? error.fault : error;
  if (isWaitedFor(error, count)) return 'environment';
  if (isConflict(inner)) return upTo(CONFLICT_TRIES, attempt, 'again');
  if (isFull(inner)) return 'environment';
  if (isOutage(inner)) return upTo(OUTAGE_TRIES, attempt, 'environment');
  if (isHandlers(error)) return 'message';
  return isFromDatabase(error) && !isAboutValues(error) ? 'environment' : 'message';
}

const isUsable = ({ store }: Applier): Promise<boolean> => store.probe().then(() => true, () => false);

/**
 * Whether it may be a service that a handler calls, or a database of its own, that cannot be reached or takes no more clients: the consumer's own
 * connection is open while a handler runs.
 */
const mayBeHandlers = (error: unknown): boolean => error instanceof HandlerFault && (isNetwork(error.fault) || isCrowded(error.fault));

/** The course, but where the database works nobody waits for what only a handler needs: not together with others, and alone a few times. */
async function takeCourse(applier: Applier, { logger }: Circumstances, error: unknown, attempt: number, count: number): Promise<Course> {
  const course = courseOf(error, attempt, count);
  if (course !== 'environment' || !mayBeHandlers(error) || !(await isUsable(applier))) return course;
  if (count > 1) return 'message';
  if (attempt === 1) logger.warn({ problem: nameOf(error) }, 'a handler’s connection failed, while the database works; trying again');
  return upTo(CONFLICT_TRIES, attempt, 'again');
}

/** Waits until the database takes a write again. Throws `Stopped`. */
export async function untilWritable(applier: Applier, around: Circumstances, cause: unknown): Promise<void> {
  around.onDatabase(false, nameOf(cause));
  for (let attempt = 0; ; attempt += 1) {
    if (attempt % 20 === 0) around.logger.warn({ problem: nameOf(cause) }, 'the database cannot be used; waiting');
    await pause(delayOf(attempt), around.signal);
    if (around.signal.aborted) throw new Stopped();
    if (await isUsable(applier)) return around.onDatabase(true);
  }
}

function reasonOf(error: unknown): ParkReason {
  if (error instanceof HandlerFault) return error.timedOut ? 'handler-timeout' : 'handler-failed';
  return error instanceof Undone ? 'handler-failed' : 'not-storable';
}

async function park(applier: Applier, around: Circumstances, message: Received, error: unknown): Promise<Result> {
  const { data, id, raw } = message;
  const reason = reasonOf(error);
  const { partition, offset } = raw;
  const fields = { reason, event: id, purpose: data.purpose, version: data.version, topic: raw.topic, partition, offset };
  around.logger.error({ ...fields, problem: nameOf(error), at: placeOf(error) }, 'a message could not be applied; parked');
  await holdBack(applier, around, message);
  return { changes: [], verdicts: [{ message, outcome: 'parked', reason, detail: nameOf(error) }] };
}

/** Makes the answer no for what a parked message is about, where that is the system's, until a higher version is applied. Throws `Stopped`. */
export async function holdBack(applier: Applier, around: Circumstances, message: Received): Promise<void> {
  if (!applier.isMine(message.data.purpose)) return;
  await hold(applier, around, message);
  around.onHeld(message);
}

/** Notes the parked version, as soon as the database takes it. Throws `Stopped`. */
async function hold(applier: Applier, around: Circumstances, message: Received): Promise<void> {
  for (;;) {
    if (around.signal.aborted) throw new Stopped();
    try {
      return await applier.store.transact((session) => session.hold(message, new Date()));
    } catch (error) {
      if (isAboutValues(error)) return;
      await untilWritable(applier, around, error);
    }
  }
}

async function tryTogether(applier: Applier, around: Circumstances, messages: readonly Received[]): Promise<Changes | { failed: unknown }> {
  for (let attempt = 1; ; attempt += 1) {
    if (around.signal.aborted) throw new Stopped();
    try {
      return await applyTogether(applier, around.topic, messages);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const course = await takeCourse(applier, around, error, attempt, messages.length);
      if (course === 'message') return { failed: error };
      if (course === 'environment') await untilWritable(applier, around, error);
      await pause(delayOf(attempt - 1), around.signal);
    }
  }
}

/**
 * Applies all messages, in order, whatever happens: together in one transaction; if that fails for a reason that lies in
 * a message or in their number, in halves, until the message is found that fails alone, which is parked. Waits for the database as long as
 * it takes. Throws `Stopped` only; what was committed before it comes again as a repeat.
 */
export async function applySurely(applier: Applier, around: Circumstances, messages: readonly Received[]): Promise<Result> {
  const tried = await tryTogether(applier, around, messages);
  if (!('failed' in tried)) return { changes: [tried], verdicts: tried.verdicts };
  const [only] = messages;
  if (messages.length === 1 && only) return park(applier, around, only, tried.failed);
  const middle = Math.ceil(messages.length / 2);
  const first = await applySurely(applier, around, messages.slice(0, middle));
  const second = await applySurely(applier, around, messages.slice(middle));
  return { changes: [...first.changes, ...second.changes], verdicts: [...first.verdicts, ...second.verdicts] };
}
