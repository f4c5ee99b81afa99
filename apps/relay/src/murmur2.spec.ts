import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PARTITIONS } from '#contracts';
import { newHolderId } from '#ledger';
import { Partitioners } from 'kafkajs';
import { partitionOf } from './messages.js';
import { murmur2 } from './murmur2.js';

const theirs = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2') as (key: Buffer) => number;

test('is the hash of every Kafka client', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => murmur2(Buffer.from(bytes)) === theirs(Buffer.from(bytes))), { numRuns: 1_000 });
});

test('a person’s partition is the one that kafkajs would send him to', () => {
  const partitioner = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }));
  for (const person of Array.from({ length: 500 }, newHolderId)) {
    expect(partitionOf(person)).toBe(partitioner({ topic: '', partitionMetadata, message: { key: person, value: null } }));
  }
});
