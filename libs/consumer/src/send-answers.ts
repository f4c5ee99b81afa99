import type { ICustomPartitioner, Kafka, Message, Producer, TopicMessages } from 'kafkajs';
import { inPieces, shortened } from './answer.js';
import { delayOf, pause } from './back-off.js';
import { isTooLarge, nameOf, Stopped } from './faults.js';
import type { ConsumerLogger } from './options.js';

interface Answers {
  messages: TopicMessages[];
  size: number;
  whenSent: () => void;
}

/** Sends acknowledgements and dead letters: one awaited batch at a time, again and again until Kafka has them. */
export interface AnswerSender {
  /** `whenSent` is called once all in-sync replicas have them; in the order of the calls. */
  send(messages: TopicMessages[], whenSent: () => void): void;
  waiting(): number;
  /** Resolves when fewer than the limit wait. Bounds the memory while Kafka takes no answers. */
  room(): Promise<void>;
  /** Resolves when nothing waits any more, or `signal` is aborted. */
  idle(signal: AbortSignal): Promise<void>;
  end(): Promise<void>;
}

const TOGETHER = 2_000;
/** After a send: what comes to be acknowledged meanwhile goes together. What comes after a rest goes at once. */
const REST_MS = 50;

function merge(answers: readonly Answers[]): TopicMessages[] {
  const byTopic = new Map<string, TopicMessages>();
  for (const { topic, messages } of answers.flatMap((answer) => answer.messages)) {
    const entry = byTopic.get(topic) ?? { topic, messages: [] };
    entry.messages.push(...messages);
    byTopic.set(topic, entry);
  }
  return [...byTopic.values()].filter(({ messages }) => messages.length > 0);
}

/** The same messages in less; nothing where there is no less. */
function smallerThan(messages: Message[]): Message[][] {
  const middle = Math.ceil(messages.length / 2);
  if (messages.length > 1) return [messages.slice(0, middle), messages.slice(middle)];
  return messages.map(shortened).filter((message) => message !== undefined).map((message) => [message]);
}

/**
 * All messages of one send lie on one partition, each send on the next: an acknowledgement is found by its key, not by its
 * place, and one record batch costs both ends what one message would.
 */
function inTurn(): { partitioner: ICustomPartitioner; next: () => void } {
  let turn = Math.floor(Math.random() * 1_000);
  const partitioner: ICustomPartitioner = () => ({ partitionMetadata }) => {
    const led = partitionMetadata.filter(({ leader }) => leader >= 0);
    const among = led.length > 0 ? led : partitionMetadata;
    return among[turn % among.length]?.partitionId ?? 0;
  };
  return { partitioner, next: () => void (turn += 1) };
}

interface SendAnswers {
  kafka: Kafka;
  stopped: AbortSignal;
  logger: ConsumerLogger;
  /** From so many on there is no room. */
  mostWaiting: number;
}

/** `stopped` ends the endless tries; what was not sent by then comes again with its event at the next start. */
export function sendAnswers({ kafka, stopped, logger, mostWaiting }: SendAnswers): AnswerSender {
  const queue: Answers[] = [];
  let size = 0;
  let running = false;
  let producer: Producer | undefined;
  const turns = inTurn();
  const watchers = new Set<() => void>();
  /** Nobody is to wait for a rest: what is left goes now. */
  let hurries = false;
  let endRest = (): void => undefined;

  const isEnough = (): boolean => size >= Math.min(TOGETHER, mostWaiting);
  stopped.addEventListener('abort', () => endRest(), { once: true });

  async function rest(): Promise<void> {
    if (hurries || stopped.aborted || isEnough()) return;
    const over = new AbortController();
    endRest = () => over.abort();
    await pause(REST_MS, over.signal);
  }

  async function connected(): Promise<Producer> {
    if (producer) return producer;
    const fresh = kafka.producer({ idempotent: false, allowAutoTopicCreation: false, createPartitioner: turns.partitioner });
    await fresh.connect();
    if (stopped.aborted) {
      // Nobody would end it any more.
      await fresh.disconnect();
      throw new Stopped();
    }
    producer = fresh;
    return fresh;
  }

  /** After an error a producer is not used again: what it still holds of the failed send must not come later. */
  async function drop(): Promise<void> {
    const old = producer;
    producer = undefined;
    await old?.disconnect().catch(() => undefined);
  }

  /** What Kafka finds too large is sent in halves, and alone as its shortest self. */
  async function sendPiece(topic: string, messages: Message[]): Promise<void> {
    turns.next();
    try {
      await (await connected()).send({ topic, messages, acks: -1, timeout: 10_000 });
    } catch (error) {
      const smaller = isTooLarge(error) ? smallerThan(messages) : [];
      if (smaller.length === 0) throw error;
      await drop();
      for (const piece of smaller) await sendPiece(topic, piece);
    }
  }

  async function sendSurely(topicMessages: TopicMessages[]): Promise<boolean> {
    for (let attempt = 0; !stopped.aborted; attempt += 1) {
      try {
        for (const { topic, messages } of topicMessages) {
          for (const piece of inPieces(messages)) await sendPiece(topic, piece);
        }
        return true;
      } catch (error) {
        logger.warn({ problem: nameOf(error), attempt }, 'acknowledgements could not be sent; trying again');
        await drop();
        await pause(delayOf(attempt), stopped);
      }
    }
    return false;
  }

  function next(): Answers[] {
    let count = 1;
    for (let sum = queue[0]?.size ?? 0; count < queue.length; count += 1) {
      sum += queue[count]?.size ?? 0;
      if (sum > TOGETHER) break;
    }
    return queue.slice(0, count);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    while (queue.length > 0) {
      const together = next();
      if (!(await sendSurely(merge(together)))) break;
      queue.splice(0, together.length);
      size -= together.reduce((sum, answer) => sum + answer.size, 0);
      for (const { whenSent } of together) whenSent();
      for (const watch of [...watchers]) watch();
      await rest();
    }
    running = false;
  }

  /** Resolves when `reached` holds, looked at after each send; or when `signal` is aborted. */
  const when = (reached: () => boolean, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const watch = (): void => {
        if (!reached() && !signal.aborted) return;
        watchers.delete(watch);
        signal.removeEventListener('abort', watch);
        resolve();
      };
      watchers.add(watch);
      signal.addEventListener('abort', watch);
      watch();
    });

  return {
    send: (messages, whenSent) => {
      const count = messages.reduce((sum, topic) => sum + topic.messages.length, 0);
      queue.push({ messages, size: count, whenSent });
      size += count;
      if (isEnough()) endRest();
      void run();
    },
    waiting: () => size,
    room: () => when(() => size < mostWaiting, stopped),
    idle: (signal) => {
      hurries = true;
      endRest();
      return when(() => queue.length === 0, signal);
    },
    end: drop,
  };
}
