import { createHash } from 'node:crypto';
import type { Schema, SchemaObject } from '#schemas';

const isWord = (keyword: string): boolean => ['title', 'description', '$comment'].includes(keyword) || keyword.startsWith('x-');
/** Keywords whose members are schemas by name. */
const BY_NAME = new Set(['properties', '$defs']);

const isObject = (value: unknown): value is SchemaObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema without its words: what it lets through, and nothing else. */
export function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (!isObject(schema)) return schema;
  const members = Object.entries(schema).filter(([keyword]) => !isWord(keyword));
  return Object.fromEntries(members.map(([keyword, value]) => [keyword, BY_NAME.has(keyword) ? shapesOf(value as Record<string, Schema>) : shapeOf(value)]));
}

const shapesOf = (schemas: Record<string, Schema>): Record<string, unknown> => Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, shapeOf(one)]));
const text = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

function byNameBreaks(older: SchemaObject, newer: SchemaObject, keyword: string, path: string): string[] {
  const before = (older[keyword] ?? {}) as Record<string, Schema>;
  const after = (newer[keyword] ?? {}) as Record<string, Schema>;
  const kept = Object.entries(before).flatMap(([name, one]) => (after[name] === undefined ? [`${path}/${keyword}/${name}: removed`] : breaksBetween(one, after[name], `${path}/${keyword}/${name}`)));
  if (keyword !== 'properties') return kept;
  const added = Object.entries(after).filter(([name]) => before[name] === undefined);
  return [...kept, ...added.flatMap(([name, one]) => (older.additionalProperties === false ? [`${path}: ${name} added where nothing may be added`] : one === false ? [`${path}: ${name} forbidden`] : []))];
}

/**
 * What makes a newer version of a schema unfit for those who hold the older one, or for what was sent under it: both must let
 * the same messages through, so all that may come is a member that nobody requires. Empty where nothing does.
 */
export function breaksBetween(older: unknown, newer: unknown, path = ''): string[] {
  const [before, after] = [shapeOf(older), shapeOf(newer)];
  if (!isObject(before) || !isObject(after)) return text(before) === text(after) ? [] : [`${path}: ${text(before)} became ${text(after)}`];
  const keywords = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keywords].flatMap((keyword) => {
    if (BY_NAME.has(keyword)) return byNameBreaks(before, after, keyword, path);
    if (isObject(before[keyword]) && isObject(after[keyword])) return breaksBetween(before[keyword], after[keyword], `${path}/${keyword}`);
    return text(before[keyword]) === text(after[keyword]) ? [] : [`${path}/${keyword}: ${text(before[keyword])} became ${text(after[keyword])}`];
  });
}

export const hashOf = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');

/** What is wrong with the published files: each of them stands for ever, byte for byte, and is listed with its hash. */
export function frozenFaults(published: ReadonlyMap<string, string>, hashes: Readonly<Record<string, string>>): string[] {
  const changed = Object.entries(hashes).flatMap(([path, hash]) => {
    const bytes = published.get(path);
    if (bytes === undefined) return [`${path}: gone`];
    return hashOf(bytes) === hash ? [] : [`${path}: changed`];
  });
  return [...changed, ...[...published.keys()].filter((path) => hashes[path] === undefined).map((path) => `${path}: not listed`)];
}

/** What is wrong from each published version to the next, and from the newest to what the source says now. */
export function versionFaults(published: ReadonlyMap<string, string>, current: Readonly<Record<string, SchemaObject>>): string[] {
  const names = new Set([...[...published.keys()].map((path) => path.split('/')[0] ?? ''), ...Object.keys(current)]);
  return [...names].flatMap((name) => {
    const versions = [...published.keys()].filter((path) => path.startsWith(`${name}/`)).sort((one, other) => Number(one.split('/')[1]) - Number(other.split('/')[1]));
    const steps = versions.slice(1).flatMap((path, at) => breaksBetween(JSON.parse(published.get(versions[at] ?? '') ?? ''), JSON.parse(published.get(path) ?? '')).map((one) => `${path}${one}`));
    const newest = published.get(versions.at(-1) ?? '');
    if (newest === undefined) return [...steps, `${name}: never published`];
    const now = current[name];
    if (!now) return [...steps, `${name}: in no source any more`];
    const broken = breaksBetween(JSON.parse(newest), now).map((one) => `${name}${one}`);
    const moved = broken.length === 0 && text(shapeOf(JSON.parse(newest))) !== text(shapeOf(now));
    return [...steps, ...broken, ...(moved ? [`${name}: grown, and not published`] : [])];
  });
}
