import { TOPIC_SETTINGS, topicsOf, type TopicNames } from '#contracts';
import { composeSchemas } from './compose.js';
import { exampleOf, type GoldenMessage } from './read-contract.js';
import type { ContractSource, SchemaObject } from './schema.js';

export interface AsyncApiOptions {
  contract: ContractSource;
  goldens: Readonly<Record<string, readonly GoldenMessage[]>>;
  /** The ledger's origin, without scheme. */
  origin: string;
}

type Json = Record<string, unknown>;

const BINDING = '0.5.0';
const PRODUCTION = { replicas: 3, 'min.insync.replicas': 2 };

/** What each topic is for, what its key is, and who sends to it. */
export const TOPIC_WORDS: Record<keyof TopicNames, { title: string; summary: string; key: string; by: 'ledger' | 'systems' }> = {
  events: { title: 'Events', summary: 'Every event, in the order of the log; so in order for each person.', key: 'the person', by: 'ledger' },
  state: { title: 'State', summary: 'What stands for each person and purpose: where a new system begins. Compacted; tombstones once a person is erased.', key: '`person:purpose`', by: 'ledger' },
  acks: { title: 'Acknowledgements', summary: 'What each system did with each event, and when. Found by key; the partition says nothing.', key: 'the event’s id', by: 'systems' },
  checkpoints: { title: 'Checkpoints', summary: 'Each signed checkpoint of the transparency log.', key: 'the ledger’s origin', by: 'ledger' },
  dead: { title: 'Dead letters', summary: 'What a system could not apply: key, value and headers as received, with reason and place of origin.', key: 'as received', by: 'systems' },
};

const schemaRef = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** AsyncAPI keeps schemas in one place: what a schema holds of its own is found there. */
function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === '$ref' ? String(one).replace('#/$defs/', '#/components/schemas/') : relocated(one)]));
}

const bare = ({ $schema: _dialect, $defs: _definitions, ...schema }: SchemaObject): SchemaObject => schema;

function configurationOf(kind: keyof TopicNames): Json {
  const settings = Object.entries(TOPIC_SETTINGS[kind].config).map(([name, value]) => [name, name === 'cleanup.policy' ? [value] : Number(value)]);
  return { ...Object.fromEntries(settings), 'min.insync.replicas': PRODUCTION['min.insync.replicas'] };
}

function channel(kind: keyof TopicNames, messages: Json): Json {
  const { title, summary, key } = TOPIC_WORDS[kind];
  const topic = topicsOf()[kind];
  const kafka = { topic, partitions: TOPIC_SETTINGS[kind].partitions, replicas: PRODUCTION.replicas, topicConfiguration: configurationOf(kind), bindingVersion: BINDING };
  return { address: topic, title, summary, description: `Record key: ${key}.`, messages, servers: [{ $ref: '#/servers/kafka' }], bindings: { kafka } };
}

const keyed = (description: string, pattern?: string): Json => ({ kafka: { key: { type: 'string', description, ...(pattern && { pattern }) }, bindingVersion: BINDING } });

function eventMessage(type: string, { contract, goldens }: AsyncApiOptions): Json {
  const { description, 'x-published': published } = contract.types[type] ?? {};
  const headers = { allOf: [schemaRef('event-headers'), { type: 'object', properties: { ce_type: { const: type } } }] };
  const golden = exampleOf(goldens[type]);
  const examples = golden && [{ name: `${type}-golden`, headers: golden.headers, payload: JSON.parse(golden.value) as Json }];
  return { name: type, title: type, summary: description, description: `Published when: ${published}`, contentType: 'application/json', headers, payload: schemaRef(type), bindings: keyed('The person (a UUID); the partition is its murmur2 hash', '^[0-9a-f-]{36}$'), examples };
}

const others = (): Json => ({
  state: { name: 'state', title: 'A state record', contentType: 'application/json', headers: schemaRef('state-headers'), payload: schemaRef('state'), bindings: keyed('`person:purpose`, on the partition of the person') },
  tombstone: { name: 'tombstone', title: 'Nothing is kept any more', headers: schemaRef('state-headers'), payload: { type: 'null' }, bindings: keyed('`person:purpose`, on the partition of the person') },
  ack: { name: 'ack', title: 'An acknowledgement', contentType: 'application/json', payload: schemaRef('ack'), bindings: keyed('Id of the event') },
  checkpoint: { name: 'checkpoint', title: 'A signed checkpoint', contentType: 'text/plain; charset=utf-8', payload: schemaRef('checkpoint'), bindings: keyed('Origin of the ledger') },
  'dead-letter': { name: 'dead-letter', title: 'A dead letter', summary: 'The value is as received, whatever it was.', headers: schemaRef('dead-letter-headers'), payload: {}, bindings: keyed('As received') },
});

function operation(kind: keyof TopicNames): [string, Json] {
  const { by, summary } = TOPIC_WORDS[kind];
  const action = by === 'ledger' ? 'send' : 'receive';
  return [`${action}-${kind}`, { action, channel: { $ref: `#/channels/${kind}` }, summary }];
}

/** The schemas that stand on a topic, with all that they refer to. The canonical event stands on none. */
function componentsOf(contract: ContractSource): Json {
  const { event: _canonical, ...named } = composeSchemas(contract);
  const inside = Object.assign({}, ...Object.values(named).map(({ $defs }) => $defs)) as Record<string, SchemaObject>;
  return relocated({ ...inside, ...Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, bare(schema)])) }) as Json;
}

/**
 * The topics as an AsyncAPI 3.0 document with Kafka bindings, seen from the ledger: it sends events, state and checkpoints, and
 * receives what systems answer. Names are those without a prefix; replicas are those that production should have.
 */
export function asyncApiOf(options: AsyncApiOptions): Json {
  const { contract, origin } = options;
  const types = Object.keys(contract.types);
  const messages: Json = { ...Object.fromEntries(types.map((type) => [type, eventMessage(type, options)])), ...others() };
  const held = (...names: string[]): Json => Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]));
  const channels: Record<keyof TopicNames, Json> = {
    events: channel('events', held(...types)),
    state: channel('state', held('state', 'tombstone')),
    acks: channel('acks', held('ack')),
    checkpoints: channel('checkpoints', held('checkpoint')),
    dead: channel('dead', held('dead-letter')),
  };
  const variables = { bootstrap: { description: 'Bootstrap servers of the cluster: ask whoever runs the ledger', default: '127.0.0.1:9092' } };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Samtycke events',
      version: '1.0.0',
      description: `What the consent ledger ${origin} says on Kafka. At least once, in order for each person; apply what was recorded later than what you have, of two equal times the higher version. A system needs only allowed, channels, validUntil, recordedAt and version, whatever the type. No name, address or IP stands in any topic.`,
      license: { name: 'Apache-2.0' },
    },
    id: `https://${origin}`,
    defaultContentType: 'application/json',
    servers: { kafka: { host: '{bootstrap}', protocol: 'kafka', description: 'The cluster of the ledger', variables } },
    channels,
    operations: Object.fromEntries((Object.keys(channels) as (keyof TopicNames)[]).map(operation)),
    components: { schemas: componentsOf(contract), messages },
  };
}
