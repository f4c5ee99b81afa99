import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Kafka, Producer } from 'kafkajs';
import { createProxy, freshTopics, testKafkaBrokers, until } from '#testing';
import { connectKafka } from './connect-kafka.js';
import { silent } from './options.js';
import { sendAnswers } from './send-answers.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A client, and how many of its producers have connected and are connected still. */
function counted(kafka: Kafka): { kafka: Kafka; made: () => number; open: () => number } {
  let [made, ended] = [0, 0];
  const producer = (config: Parameters<Kafka['producer']>[0]): Producer => {
    const one = kafka.producer(config);
    one.on(one.events.CONNECT, () => (made += 1));
    one.on(one.events.DISCONNECT, () => (ended += 1));
    endings.push(() => one.disconnect());
    return one;
  };
  return { kafka: { producer } as unknown as Kafka, made: () => made, open: () => made - ended };
}

test('a connection that is made only after the sender has ended is ended too: it would keep the program alive', async () => {
  const port = Number(testKafkaBrokers().split(',')[0]?.split(':')[1]);
  const proxy = await createProxy({ target: () => port });
  endings.push(() => proxy.close());
  const topics = freshTopics();
  await until(() => topics.create().then(() => true), { timeoutMs: 30_000, what: 'the topics' });
  endings.push(() => topics.drop());
  const stopping = new AbortController();
  const { kafka, made, open } = counted(connectKafka('test', { brokers: [`127.0.0.1:${proxy.port}`] }, silent));
  const sender = sendAnswers({ kafka, stopped: stopping.signal, logger: silent, mostWaiting: 10 });
  proxy.freeze();
  sender.send([{ topic: topics.names.acks, messages: [{ key: 'one', value: 'two' }] }], () => undefined);
  await until(() => proxy.connections() === 1, { what: 'a connection that waits for Kafka' });
  stopping.abort();
  await sender.end();
  proxy.mend();
  await until(() => made() === 1, { what: 'the connection' });
  await until(() => open() === 0, { what: 'its end' });
  expect([made(), open()]).toEqual([1, 0]);
}, 60_000);

describe('rest', () => {
  /** A Kafka that takes everything, and how many messages each send brought. */
  function taking(): { kafka: Kafka; sends: number[] } {
    const sends: number[] = [];
    const producer = (): Partial<Producer> => ({
      connect: async () => undefined,
      disconnect: async () => undefined,
      send: async ({ messages }) => (sends.push(messages.length), []),
    });
    return { kafka: { producer } as unknown as Kafka, sends };
  }

  const answers = (count: number) => [{ topic: 'acks', messages: Array.from({ length: count }, (_, at) => ({ key: String(at), value: 'yes' })) }];

  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'performance'] }));
  afterEach(() => void jest.useRealTimers());
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  test('what comes first goes at once, what comes meanwhile together after a rest, and nobody rests who is to end', async () => {
    const { kafka, sends } = taking();
    const sender = sendAnswers({ kafka, stopped: new AbortController().signal, logger: silent, mostWaiting: 10_000 });
    sender.send(answers(1), () => undefined);
    await turns();
    expect(sends).toEqual([1]);
    for (const count of [2, 3]) sender.send(answers(count), () => undefined);
    await turns();
    expect(sends).toEqual([1]);
    jest.advanceTimersByTime(50);
    await turns();
    expect(sends).toEqual([1, 5]);
    sender.send(answers(4), () => undefined);
    await sender.idle(new AbortController().signal);
    expect(sends).toEqual([1, 5, 4]);
    sender.send(answers(6), () => undefined);
    await turns();
    expect(sends).toEqual([1, 5, 4, 6]);
  });

  test('nobody rests while as much waits as may wait', async () => {
    const { kafka, sends } = taking();
    const sender = sendAnswers({ kafka, stopped: new AbortController().signal, logger: silent, mostWaiting: 10 });
    sender.send(answers(1), () => undefined);
    await turns();
    for (const count of [5, 5]) sender.send(answers(count), () => undefined);
    await turns();
    expect(sends).toEqual([1, 10]);
  });
});
