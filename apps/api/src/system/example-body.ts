import type { SchemaObject } from '#schemas';
import type { Definitions } from '../events/render-schema.js';

type Example = SchemaObject & { example?: unknown; format?: string; default?: unknown };

const PLAIN: Record<string, unknown> = { string: '…', number: 1, integer: 1, boolean: true };
const BY_FORMAT: Record<string, unknown> = { 'date-time': '2026-11-22T10:00:00Z', uuid: '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11' };

const plainOf = ({ type, format, enum: values, default: otherwise }: Example): unknown => values?.[0] ?? otherwise ?? BY_FORMAT[format ?? ''] ?? PLAIN[String(type)] ?? {};

/** A value that a schema allows: its own examples where it has any; of an object every member that is needed or has an example. */
export function exampleOf(schema: Example, definitions: Definitions, depth = 0): unknown {
  const found = (schema.$ref === undefined ? schema : definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)]) as Example | undefined;
  if (!found || depth > 5) return {};
  if (found.example !== undefined) return found.example;
  if (found.type === 'array') return typeof found.items === 'object' ? [exampleOf(found.items, definitions, depth + 1)] : [];
  const { properties, required = [] } = found;
  if (!properties) return plainOf(found);
  const members = Object.entries(properties).filter(([name, member]) => typeof member === 'object' && (required.includes(name) || (member as Example).example !== undefined));
  return Object.fromEntries(members.map(([name, member]) => [name, exampleOf(member as Example, definitions, depth + 1)]));
}
