import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { demandAll, READY, readyRecord, together, unwrap, type RelayRecord } from './records.js';

interface Encoded {
  buffer: Buffer;
}
/** As kafkajs writes a record of a batch. */
const kafkajsRecord = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoded;
const written = (messages: readonly object[]): Buffer => Buffer.concat(messages.map((message, offsetDelta) => kafkajsRecord({ ...message, offsetDelta, timestampDelta: 0 }).buffer));

const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength });
const record: fc.Arbitrary<RelayRecord> = fc.record({
  key: text(80),
  value: fc.option(fc.oneof(text(300), fc.nat({ max: 70_000 }).map((length) => 'ö'.repeat(length)))),
  headers: fc.dictionary(text(30).filter((name) => name !== '__proto__'), text(60), { maxKeys: 20 }),
  partition: fc.nat({ max: 2 }),
});

test('a batch of ready records is to the byte what kafkajs itself makes of the same messages', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 70 }), (records) => {
      const messages = together(records.map(readyRecord));
      expect(messages.map(({ partition }) => partition).sort()).toEqual(records.map(({ partition }) => partition).sort());
      for (const partition of new Set(records.map((one) => one.partition))) {
        const own = unwrap(written(messages.filter((one) => one.partition === partition)));
        expect(own.equals(written(records.filter((one) => one.partition === partition)))).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

test('a batch is marked as not packed, whatever a reader knows', async () => {
  expect(READY & 0b111).toBe(kafkajs.CompressionTypes.None);
  const { RecordBatch } = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/v0') as { RecordBatch: (batch: object) => Promise<Encoded> };
  const records: RelayRecord[] = [{ key: 'k', value: 'v', headers: { ce_id: '1' }, partition: 0 }, { key: 'k', value: null, headers: {}, partition: 0 }];
  const batch = { firstTimestamp: 1, maxTimestamp: 1, lastOffsetDelta: 1 };
  const encode = (messages: readonly object[]): Encoded[] => messages.map((message, offsetDelta) => kafkajsRecord({ ...message, offsetDelta }));
  const own = await RecordBatch({ ...batch, compression: READY, records: encode(together(records.map(readyRecord))) });
  const theirs = await RecordBatch({ ...batch, records: encode(records) });
  expect(own.buffer.equals(theirs.buffer)).toBe(true);
});

test('what Kafka has not answered for is not taken as sent', () => {
  const batch = [0, 3, 3, 7].map((partition) => ({ partition }));
  expect(() => demandAll(batch, [{ partition: 7 }, { partition: 0 }, { partition: 3 }])).not.toThrow();
  expect(() => demandAll(batch, [{ partition: 7 }, { partition: 0 }])).toThrow('Kafka knows no partition 3 of the topic');
  expect(() => demandAll(batch, [])).toThrow('partition 0');
});
