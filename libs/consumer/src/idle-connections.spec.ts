import { afterEach, expect, jest, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { freshTopics, until } from '#testing';
import { connectKafka } from './connect-kafka.js';
import { silent } from './options.js';
import { readTopic } from './read-topic.js';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

test('a consumer that waits for events sleeps: its connections plan next to nothing', async () => {
  const topics = freshTopics();
  await topics.create();
  endings.push(() => topics.drop());
  const kafka = connectKafka('test', { brokers: topics.brokers.split(',') }, silent);
  let fetched = 0;
  const { consumer } = await readTopic({
    kafka,
    groupId: `${topics.prefix}idle`,
    topic: topics.names.events,
    sessionTimeoutMs: 8_000,
    slice: 100,
    take: () => Promise.resolve(true),
    prepare: (one) => void one.on(one.events.FETCH_START, () => (fetched += 1)),
  });
  endings.push(() => consumer.disconnect());
  await until(() => fetched > 2, { what: 'a consumer that fetches' });
  const planned = jest.spyOn(globalThis, 'setTimeout');
  endings.push(() => planned.mockRestore());
  await pause(1_000);
  // Two fetches and a heartbeat of a second have their own; it was a thousand.
  expect(planned.mock.calls.length).toBeLessThan(50);
}, 60_000);
