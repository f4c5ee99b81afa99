import { compile, type JSONSchema } from 'json-schema-to-typescript';
import type { ContractSource, Schema, SchemaObject } from '#schemas';

const HEADER = `// Made of libs/contracts/schemas/source; not written by hand. To make it anew:
// UPDATE_CONTRACT=1 npx jest test/contract/schemas.spec.ts
`;
/** Lists that are known at run time too, by the definition that they are made of. */
const LISTS = { EVENT_TYPES: 'EventType', STATUSES: 'Status', DECISIONS: 'Decision', REASONS: 'Reason' };
/** Conditions say what TypeScript cannot. */
const CONDITIONS = new Set(['if', 'then', 'else', 'dependentRequired', 'pattern', 'uniqueItems', 'maxItems', 'minimum', 'maximum']);

function withoutConditions(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.filter((one: SchemaObject) => one.if === undefined && one.$ref !== '#/$defs/Effect').map(withoutConditions);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, description } = schema as SchemaObject;
  if ($ref !== undefined) return { tsType: $ref.slice('#/$defs/'.length), ...(description !== undefined && { description }) };
  return Object.fromEntries(Object.entries(schema).flatMap(([key, value]) => (CONDITIONS.has(key) || value === false ? [] : [[key, withoutConditions(value)]])));
}

/** What the library says of how it was called, which says nothing of the contract. */
const tidy = (code: string): string =>
  code
    .replace(/\n \*\n \* This interface was referenced by `Contract`'s JSON-Schema\n \* via the `definition` "\w+"\./g, '')
    .replace(/\/\*\*\n \* This interface was referenced by `Contract`'s JSON-Schema\n \* via the `definition` "\w+"\.\n \*\/\n/g, '')
    .replace(/export interface Contract \{\n {2}\[k: string\]: unknown;\n\}\n/, '');

const pascal = (type: string): string => type.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());

/** A type's own part, with what it requires of the members that every message may have. */
function withRequired({ properties = {}, required = [], ...others }: SchemaObject, { properties: all = {} }: SchemaObject): SchemaObject {
  const more = required.filter((name) => properties[name] === undefined).map((name): [string, Schema] => [name, all[name] ?? true]);
  return { type: 'object', ...others, required, properties: { ...properties, ...Object.fromEntries(more) } };
}

/** The TypeScript of the contract's schemas. */
export async function renderTypes(source: ContractSource): Promise<string> {
  const { Effect: _conditions, ...definitions } = source.definitions;
  const types = Object.entries(source.types).map(([type, { 'x-published': _when, ...own }]): [string, Schema] => [`${pascal(type)}Part`, withRequired(own, definitions.MessageData ?? {})]);
  const root = withoutConditions({ title: 'Contract', $defs: { ...definitions, ...Object.fromEntries(types) } });
  const style = { singleQuote: true, printWidth: 150 };
  const code = await compile(root as JSONSchema, 'Contract', { additionalProperties: false, bannerComment: '', unreachableDefinitions: true, style, format: true });
  const lists = Object.entries(LISTS).map(([name, definition]) => `export const ${name} = [\n${(definitions[definition]?.enum ?? []).map((value) => `  '${String(value)}',\n`).join('')}] as const;\n`);
  const byType = `/** The data of a message, by its \`ce_type\`. */\nexport interface DataOf {\n${Object.keys(source.types).map((type) => `  '${type}': MessageData & ${pascal(type)}Part;\n`).join('')}}\n`;
  return `${HEADER}\n${lists.join('\n')}\n${tidy(code)}\n${byType}`;
}
