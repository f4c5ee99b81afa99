import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { messageData, messageHeaders, type EventType } from '#contracts';
import { composeSchemas, readContract, readPublished, type SchemaObject } from '#schemas';
import { happenings, TwoHistories } from './random-histories.js';
import { validatorOf } from './validators.js';

const contract = readContract();
const current = composeSchemas(contract);
const published = new Map([...readPublished()].map(([path, text]) => [path, validatorOf(JSON.parse(text) as SchemaObject)]));
const complete = new Map(Object.keys(contract.types).map((type) => [type, validatorOf({ ...current[type], unevaluatedProperties: false })]));
const everPublished = (name: string, value: unknown): string[] => [...published].flatMap(([path, check]) => (path.startsWith(`${name}/`) ? check(value).map((fault) => `${path} ${fault}`) : []));

test('whatever happens, every event, its data and its headers are valid by every published version, and no member is left undescribed', () => {
  const seen = new Set<EventType>();
  fc.assert(
    fc.property(happenings, (steps) => {
      const histories = new TwoHistories();
      for (const step of steps) step(histories);
      const faults = histories.leaves.flatMap(({ event, hash }, index) => {
        seen.add(event.type);
        const data: unknown = JSON.parse(JSON.stringify(messageData(event, hash)));
        return [...everPublished('event', event), ...everPublished(event.type, data), ...everPublished('event-headers', messageHeaders(event, index)), ...(complete.get(event.type)?.(data) ?? ['no schema'])].map((fault) => `${fault} in ${JSON.stringify(event)}`);
      });
      expect(faults).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect([...seen].sort()).toEqual(Object.keys(contract.types).filter((type) => !/^(right|catalogue|notice|key|identifiers|person-linked)/.test(type)).sort());
});
