import type { ContractSource, Schema, SchemaObject } from './schema.js';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const LOCAL = '#/$defs/';

const ref = (name: string): SchemaObject => ({ $ref: `${LOCAL}${name}` });

/** The names of the definitions that a schema refers to itself. */
function namedIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => (key === '$ref' ? [String(value).slice(LOCAL.length)] : namedIn(value)));
}

/** Those and all that they refer to in turn, in the order of the source. */
function definitionsFor(schema: SchemaObject, all: Record<string, SchemaObject>): Record<string, Schema> {
  const needed = new Set<string>();
  const open = namedIn(schema);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    const definition = all[name];
    if (!definition) throw new Error(`no definition is called ${name}`);
    needed.add(name);
    open.push(...namedIn(definition));
  }
  return Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name)));
}

const whole = (schema: SchemaObject, { definitions }: ContractSource): SchemaObject => ({ $schema: DIALECT, ...schema, $defs: definitionsFor(schema, definitions) });

/** The data of one type: what every message says, what is always in force after it, and what the type says. */
export function dataSchema(type: string, source: ContractSource): SchemaObject {
  const { description, 'x-published': published, ...members } = source.types[type] ?? {};
  return { title: type, description, 'x-published': published, type: 'object', allOf: [ref('MessageData'), ref('Effect')], ...members };
}

/** The canonical event: what each type says of an event's data it says of the event. */
function eventSchema(source: ContractSource): SchemaObject {
  const event = source.messages.event ?? {};
  const byType = Object.entries(source.types).map(([type, { description: _meaning, 'x-published': _when, ...members }]): SchemaObject => ({
    if: { properties: { type: { const: type } } },
    then: members,
  }));
  return { ...event, allOf: [...(event.allOf ?? []), ...byType] };
}

/** Every schema of the contract by name, each complete in itself. */
export function composeSchemas(source: ContractSource): Record<string, SchemaObject> {
  const types = Object.keys(source.types).map((type): [string, SchemaObject] => [type, whole(dataSchema(type, source), source)]);
  const messages = Object.entries(source.messages).map(([name, schema]): [string, SchemaObject] => [name, whole(name === 'event' ? eventSchema(source) : schema, source)]);
  return Object.fromEntries([...types, ...messages]);
}

/** The newest version of each published schema, by name. */
export function newestOf(published: ReadonlyMap<string, string>): Map<string, number> {
  const newest = new Map<string, number>();
  for (const path of published.keys()) {
    const [name = '', version] = path.split('/');
    newest.set(name, Math.max(newest.get(name) ?? 0, Number(version)));
  }
  return newest;
}
