import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Consumer as KafkaConsumer } from 'kafkajs';
import { findEnd } from './find-end.js';

const NAMES = { START_BATCH_PROCESS: 'start', END_BATCH_PROCESS: 'end', FETCH: 'fetch' };

const reader = (ends: [number, bigint][], brokers = 1) => {
  const emitter = new EventEmitter();
  const ending = findEnd(new Map(ends), brokers);
  const consumer = { events: NAMES, on: (name: string, listener: (event: unknown) => void) => emitter.on(name, listener) };
  ending.prepare(consumer as unknown as KafkaConsumer);
  let reached = false;
  void ending.reached.then(() => (reached = true));
  return {
    fetch: (nodeId = 1) => emitter.emit('fetch', { payload: { nodeId } }),
    batch: (partition: number, lastOffset: number) => {
      emitter.emit('start', { payload: {} });
      emitter.emit('end', { payload: { partition, lastOffset: String(lastOffset) } });
    },
    isReached: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return reached;
    },
  };
};

describe('the end of a compacted topic', () => {
  test('is where every partition has been read up to its noted end', async () => {
    const { fetch, batch, isReached } = reader([[0, 10n], [1, 5n]]);
    fetch();
    batch(0, 9);
    expect(await isReached()).toBe(false);
    batch(1, 7);
    expect(await isReached()).toBe(true);
  });

  test('is not a pause: what is read in between begins the count of empty fetches anew', async () => {
    const { fetch, batch, isReached } = reader([[0, 10n]]);
    fetch();
    fetch();
    batch(0, 3);
    fetch();
    fetch();
    expect(await isReached()).toBe(false);
  });

  test('is found where compaction took the last records away, once every broker has nothing more', async () => {
    const { fetch, batch, isReached } = reader([[0, 10n]], 2);
    batch(0, 3);
    for (let count = 0; count < 5; count += 1) fetch(1);
    expect(await isReached()).toBe(false);
    for (let count = 0; count < 3; count += 1) fetch(2);
    expect(await isReached()).toBe(true);
  });
});
