import { readdirSync, readFileSync } from 'node:fs';
import type { ContractSource, SchemaObject } from './schema.js';

const FOLDER = new URL('../../contracts/', import.meta.url);

/** One message as it once stood on the events topic: the event's bytes, its index, and what was sent. */
export interface GoldenMessage {
  /** The event's canonical bytes, UTF-8. */
  event: string;
  index: number;
  key: string;
  headers: Record<string, string>;
  /** The message's value, byte for byte. */
  value: string;
}

const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), 'utf8');
const jsonOf = <T>(path: string): T => JSON.parse(textOf(path)) as T;
const namesIn = (path: string): string[] => readdirSync(new URL(path, FOLDER)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)).sort();
const filesIn = <T>(path: string): Record<string, T> => Object.fromEntries(namesIn(path).map((name) => [name, jsonOf<T>(`${path}${name}.json`)]));

/** The schemas as they are written. Reads files: once, at start. */
export function readContract(): ContractSource {
  const definitions = jsonOf<Record<string, SchemaObject>>('schemas/source/definitions.json');
  const found = filesIn<ContractSource['types'][string]>('schemas/source/types/');
  const order = (definitions.EventType?.enum ?? []) as string[];
  const types = Object.fromEntries(order.flatMap((type) => (found[type] ? [[type, found[type]]] : [])));
  return { definitions, types, messages: filesIn<SchemaObject>('schemas/source/messages/') };
}

/** Every version of every schema that was ever published, by `name/version`, as the bytes that are served. */
export function readPublished(): Map<string, string> {
  const names = readdirSync(new URL('schemas/published/', FOLDER), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
  return new Map(names.flatMap((name) => namesIn(`schemas/published/${name}/`).map((version): [string, string] => [`${name}/${version}`, textOf(`schemas/published/${name}/${version}.json`)])));
}

/** The golden messages by type; what stands in them is promised for ever. */
export const readGoldenMessages = (): Record<string, GoldenMessage[]> => filesIn<GoldenMessage[]>('golden-messages/');

/** The golden message of a type that shows most: one with channels that somebody decided, or one with a fact, where there is one. */
export const exampleOf = (goldens: readonly GoldenMessage[] = []): GoldenMessage | undefined => {
  const decided = goldens.filter(({ value }) => value.includes('"decision":'));
  return decided.find(({ value }) => value.includes('"channels":')) ?? decided[0] ?? goldens.find(({ value }) => value.includes('"fact":')) ?? goldens[0];
};
