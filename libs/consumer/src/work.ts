import { topicsOf, type TopicNames } from '#contracts';
import { type Message, type TopicMessages } from 'kafkajs';
import { asNo } from './about.js';
import { ackOf, deadLetterOf } from './answer.js';
import type { Applier } from './apply.js';
import { applySurely, holdBack, type Circumstances, type Result } from './apply-surely.js';
import { nameOf, placeOf } from './faults.js';
import { asEvent } from './handle.js';
import { streamKey } from './known.js';
import type { Metrics } from './count-metrics.js';
import type { ConsumerMetric, ConsumerOptions } from './options.js';
import { recall } from './recall.js';
import { headerOf, isUnreadable, ONLY_FOR, type Received, type Unreadable, type Verdict } from './received.js';
import type { AnswerSender } from './send-answers.js';
import type { Servers } from './servers.js';
import type { StateTable } from './table.js';

/** What a piece of work needs of the consumer that it works for. */
export interface Workshop {
  options: ConsumerOptions<unknown>;
  applier: Applier;
  around: Omit<Circumstances, 'topic'>;
  table: StateTable;
  /** The table is loaded anew after this work, and nobody asks it before. */
  loadsAfterwards?: true;
  metrics: Metrics;
  sender: AnswerSender;
  servers: Servers;
  /** One piece of work at a time, whichever topic it comes from: the table must not go back to what was applied before. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

export function takeTurns(): Workshop['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

type Parked = Extract<Verdict, { outcome: 'parked' }>;

const isParked = (verdict: Verdict): verdict is Parked => verdict.outcome === 'parked';

const asVerdict = (message: Unreadable): Parked => ({ message, outcome: 'parked', reason: message.reason, detail: message.detail });

const versionOf = ({ data: { person, purpose, version } }: Received): string => `${streamKey(person, purpose)} ${version}`;

/** Which verdicts are acknowledged: of events all, of the state what was new, as if the event behind it had come by itself. */
function answered(topic: 'events' | 'state', { changes, verdicts }: Result): readonly Verdict[] {
  if (topic === 'events') return verdicts;
  const learnt = new Set(changes.flatMap(({ streams, persons }) => [...streams.values(), ...persons.values()]).map(versionOf));
  return verdicts.filter((verdict) => verdict.outcome === 'applied' && learnt.has(versionOf(verdict.message)));
}

function answers(shop: Workshop, topics: TopicNames, topic: 'events' | 'state', result: Result): TopicMessages[] {
  const { system } = shop.options;
  const now = new Date();
  const acks = answered(topic, result).map((verdict) => ackOf(system, verdict, now));
  const dead = result.verdicts.filter(isParked).map((verdict) => deadLetterOf(system, verdict, now));
  return [
    { topic: topics.dead, messages: dead },
    { topic: topics.acks, messages: acks.filter((ack): ack is Message => ack !== undefined) },
  ].filter(({ messages }) => messages.length > 0);
}

function tell(shop: Workshop, topic: 'events' | 'state', verdicts: readonly Verdict[], tookMs: number): void {
  const count = (outcome: string): number => verdicts.filter((verdict) => verdict.outcome === outcome).length;
  const metric: ConsumerMetric = { topic, applied: count('applied'), repeat: count('repeat'), notMine: count('not-mine'), parked: count('parked'), tookMs };
  shop.metrics.count(metric);
  callOut(shop, () => shop.options.onMetric?.(metric));
}

/** What the system hears outside the transaction is its own affair: if it throws, that is told and stops nothing. */
function callOut(shop: Workshop, call: () => void): void {
  try {
    call();
  } catch (error) {
    shop.around.logger.warn({ problem: nameOf(error), at: placeOf(error) }, 'a callback threw');
  }
}

function wake(shop: Workshop, result: Result): void {
  const applied = result.changes.flatMap((changes) => changes.applied).map(asEvent);
  if (applied.length > 0) callOut(shop, () => shop.options.onCommitted?.(applied));
}

/** A letter that was put back too late is answered like any repeat; whoever put it back waits for its handlers in vain. */
function tellLate({ around: { logger } }: Workshop, verdicts: readonly Verdict[]): void {
  for (const { outcome, message } of verdicts) {
    if (outcome !== 'repeat' || headerOf(message.raw, ONLY_FOR) === undefined) continue;
    const { purpose, version } = message.data;
    logger.warn({ event: message.id, purpose, version }, 'a letter was put back, but this or a later version is applied; its handlers do not run');
  }
}

const NOTHING: Result = { changes: [], verdicts: [] };

/** Applies what can be read, brings the table up to it, then holds back what cannot be read and is not older. */
async function apply(shop: Workshop, topic: 'events' | 'state', readable: readonly Received[], unreadable: readonly Unreadable[]): Promise<Result> {
  const around = { ...shop.around, topic };
  const result = readable.length > 0 ? await applySurely(shop.applier, around, readable) : NOTHING;
  for (const changes of result.changes) shop.table.update(changes);
  if (!shop.loadsAfterwards) await recall(shop, around, result.verdicts);
  for (const message of unreadable.map(asNo)) if (message) await holdBack(shop.applier, around, message);
  return result;
}

/**
 * Does one piece of work: applies the messages, brings the table in memory up to date, hands acknowledgements and dead
 * letters to the sender, and calls `whenAnswered` once Kafka has them. Throws `Stopped` only.
 */
export async function doWork(shop: Workshop, topic: 'events' | 'state', messages: readonly (Received | Unreadable)[], whenAnswered: () => void): Promise<void> {
  const started = performance.now();
  const unreadable = messages.filter(isUnreadable);
  const readable = messages.filter((message): message is Received => !isUnreadable(message));
  const result = await shop.inTurn(() => apply(shop, topic, readable, unreadable));
  for (const { raw, reason, detail } of unreadable) {
    shop.around.logger.error({ reason, detail, topic: raw.topic, partition: raw.partition, offset: raw.offset }, 'a message could not be read; parked');
  }
  tellLate(shop, result.verdicts);
  const verdicts = [...result.verdicts, ...unreadable.map(asVerdict)];
  shop.sender.send(answers(shop, topicsOf(shop.options.topicPrefix), topic, { ...result, verdicts }), whenAnswered);
  if (topic === 'events') wake(shop, result);
  tell(shop, topic, verdicts, performance.now() - started);
}
