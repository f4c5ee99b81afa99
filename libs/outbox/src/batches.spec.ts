import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchesOf } from './batches.js';

const message = fc.record({ partition: fc.nat({ max: 3 }), size: fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: 1_200_000 })) });

test('no partition gets more than a broker takes at once, nothing is lost or changes places, and what fits goes together', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      const batches = batchesOf(messages, ({ partition }) => partition, ({ size }) => size);
      expect(batches.flat()).toEqual(messages);
      for (const [at, batch] of batches.entries()) {
        for (const partition of [0, 1, 2, 3]) {
          const own = batch.filter((one) => one.partition === partition);
          const sum = own.reduce((total, { size }) => total + size, 0);
          expect(own.length === 1 || sum <= 900_000).toBe(true);
        }
        const next = batches[at + 1]?.[0];
        const beside = batch.filter((one) => one.partition === next?.partition).reduce((total, { size }) => total + size, next?.size ?? 0);
        if (next) expect(beside).toBeGreaterThan(900_000);
      }
    }),
  );
});
