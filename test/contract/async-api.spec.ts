import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { EVENT_TYPES, PARTITIONS, TOPIC_SETTINGS, topicsOf, type TopicNames } from '#contracts';
import { asyncApiOf, readContract, readGoldenMessages, type SchemaObject } from '#schemas';
import { validatorOf } from './validators.js';

interface Document {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }>; bindings: { kafka: { topic: string; partitions: number; topicConfiguration: Record<string, unknown> } } }>;
  operations: Record<string, { action: string }>;
  components: { schemas: Record<string, SchemaObject>; messages: Record<string, { headers?: SchemaObject; payload: SchemaObject; examples?: { headers: unknown; payload: unknown }[] }> };
}

const contract = readContract();
const goldens = readGoldenMessages();
const document = JSON.parse(JSON.stringify(asyncApiOf({ contract, goldens, origin: 'consent.example.se/ledger' }))) as Document;
const { schemas } = createRequire(import.meta.url)('@asyncapi/specs') as { schemas: Record<string, object> };

function refsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => (key === '$ref' && typeof one === 'string' ? [one] : refsIn(one)));
}

test('the document is AsyncAPI 3.0 by the specification’s own schema, Kafka bindings included', () => {
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, validateFormats: false });
  const validate = ajv.compile(schemas['3.0.0'] ?? {});
  validate(document);
  expect(validate.errors ?? []).toEqual([]);
  const spoilt = structuredClone(document) as unknown as { channels: { events: { bindings: { kafka: { partitions: unknown } } } } };
  spoilt.channels.events.bindings.kafka.partitions = 'many';
  expect(validate(spoilt)).toBe(false);
});

test('every reference leads somewhere inside the document', () => {
  const lost = refsIn(document).filter((ref) => ref.slice(2).split('/').reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document) === undefined);
  expect(lost).toEqual([]);
});

test('it names every topic with its partitions and settings, and every type', () => {
  const kinds = Object.keys(TOPIC_SETTINGS) as (keyof TopicNames)[];
  expect(Object.keys(document.channels)).toEqual(kinds);
  for (const kind of kinds) {
    const { topic, partitions, topicConfiguration } = document.channels[kind]?.bindings.kafka ?? {};
    expect([topic, partitions]).toEqual([topicsOf()[kind], TOPIC_SETTINGS[kind].partitions]);
    const settings = Object.fromEntries(Object.entries(topicConfiguration ?? {}).filter(([name]) => name !== 'min.insync.replicas').map(([name, value]) => [name, String(value)]));
    expect(settings).toEqual(TOPIC_SETTINGS[kind].config);
  }
  expect(document.channels.events?.bindings.kafka.partitions).toBe(PARTITIONS);
  expect(Object.keys(document.channels.events?.messages ?? {})).toEqual([...EVENT_TYPES]);
});

/** All messages of the document in one schema, by type: what they refer to is found inside it. */
function messagesSchema(): SchemaObject {
  const local = JSON.parse(JSON.stringify(document.components).replaceAll('#/components/schemas/', '#/$defs/')) as Document['components'];
  const byType = EVENT_TYPES.map((type): [string, SchemaObject] => {
    const { payload = {}, headers = {} } = local.messages[type] ?? {};
    return [type, { type: 'object', required: ['payload', 'headers'], properties: { payload, headers } }];
  });
  return { type: 'object', properties: Object.fromEntries(byType), $defs: local.schemas };
}
const check = validatorOf(messagesSchema());

test.each(EVENT_TYPES)('the example of %s is a golden message, valid by the document’s own schemas', (type) => {
  const { examples = [] } = document.components.messages[type] ?? {};
  expect(examples.length).toBe(1);
  expect((goldens[type] ?? []).map(({ value }) => JSON.parse(value) as unknown)).toContainEqual(examples[0]?.payload);
  expect(check({ [type]: examples[0] })).toEqual([]);
  expect(check({ [type]: { ...examples[0], headers: {} } })).not.toEqual([]);
});
