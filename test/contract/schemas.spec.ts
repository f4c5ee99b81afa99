import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { EVENT_TYPES, LEDGER_PURPOSE, messageData, messageHeaders, type LedgerEvent } from '#contracts';
import { leafHash } from '#proof';
import { composeSchemas, readContract, readGoldenMessages, readPublished, type SchemaObject } from '#schemas';
import { sha256 } from '#vault';
import { breaksBetween, frozenFaults, hashOf, versionFaults } from './compatibility.js';
import { publishGrown, readHashes } from './publish.js';
import { renderTypes } from './render-types.js';
import { validatorOf } from './validators.js';

const TYPES = join(process.cwd(), 'libs/contracts/src/schema-types.ts');
if (process.env.UPDATE_CONTRACT) publishGrown();

const contract = readContract();
const current = composeSchemas(contract);
const published = readPublished();
const goldens = readGoldenMessages();
const all = Object.entries(goldens).flatMap(([type, messages]) => messages.map((message, at) => [`${type} ${at + 1}`, message] as const));
const validators = new Map([...published].map(([path, text]) => [path, validatorOf(JSON.parse(text) as SchemaObject)]));
const everPublished = (name: string): string[] => [...published.keys()].filter((path) => path.startsWith(`${name}/`));
/** What any version that was ever published has against a value. */
const faults = (name: string, value: unknown): string[] => everPublished(name).flatMap((path) => (validators.get(path)?.(value) ?? [`${path}: no validator`]).map((fault) => `${path}: ${fault}`));
const topic = (name: string): { key: string; headers: Record<string, string>; value: string | null }[] => JSON.parse(readFileSync(join(process.cwd(), `libs/contracts/golden-messages/topics/${name}.json`), 'utf8')) as never;

test('the types are what the schemas say, to the byte', async () => {
  const made = await renderTypes(contract);
  if (process.env.UPDATE_CONTRACT) writeFileSync(TYPES, made);
  expect(readFileSync(TYPES, 'utf8')).toBe(made);
});

describe('golden messages', () => {
  test('there is one of every type', () => {
    expect(Object.keys(contract.types)).toEqual([...EVENT_TYPES]);
    expect(Object.keys(goldens).sort()).toEqual([...EVENT_TYPES].sort());
  });
  test.each(all)('%s: key, headers and value are made of the event’s bytes today as on the day they were sent', (_name, golden) => {
    const event = JSON.parse(golden.event) as LedgerEvent;
    const hash = Buffer.from(leafHash(sha256, Buffer.from(golden.event))).toString('hex');
    expect({ key: event.person, headers: messageHeaders(event, golden.index), value: JSON.stringify(messageData(event, hash)) }).toEqual({ key: golden.key, headers: golden.headers, value: golden.value });
  });
  test.each(all)('%s: is valid by every version of its schema that was ever published', (_name, golden) => {
    const type = golden.headers.ce_type ?? '';
    expect(everPublished(type).length).toBeGreaterThan(0);
    expect(faults(type, JSON.parse(golden.value))).toEqual([]);
    expect(faults('event', JSON.parse(golden.event))).toEqual([]);
    expect(faults('event-headers', golden.headers)).toEqual([]);
  });
  test('the schemas describe every member of every golden message', () => {
    const closed = new Map(EVENT_TYPES.map((type) => [String(type), validatorOf({ ...current[type], unevaluatedProperties: false })]));
    const open = all.flatMap(([name, { headers, value }]) => (closed.get(headers.ce_type ?? '')?.(JSON.parse(value)) ?? ['no schema']).map((fault) => `${name}: ${fault}`));
    expect(open).toEqual([]);
  });
  test.each([['state', 'state'], ['acks', 'ack']])('what was sent on the %s topic is valid by every version of its schema', (name, schema) => {
    const messages = topic(name).filter(({ value }) => value !== null);
    expect(messages.length).toBeGreaterThan(1);
    expect(messages.flatMap(({ value }) => faults(schema, JSON.parse(value ?? '')))).toEqual([]);
  });
  test('checkpoints, and the headers of state records and dead letters, are valid by every version of their schemas', () => {
    const check = (schema: string, values: unknown[]): string[] => values.flatMap((value) => faults(schema, value));
    expect(check('checkpoint', topic('checkpoints').map(({ value }) => value))).toEqual([]);
    expect(check('state-headers', topic('state').map(({ headers }) => headers))).toEqual([]);
    expect(check('dead-letter-headers', topic('dead').map(({ headers }) => headers))).toEqual([]);
    expect(check('checkpoint', ['consent.example.se/ledger\n1\nno root\n\nno signature\n'])).not.toEqual([]);
  });
});

describe('a schema says no', () => {
  const of = (type: string, change: (data: Record<string, unknown>) => void): string[] => {
    const data = JSON.parse(goldens[type]?.[0]?.value ?? '') as Record<string, unknown>;
    change(data);
    return validatorOf(current[type] as SchemaObject)(data);
  };
  test.each<[string, string, (data: Record<string, unknown>) => void]>([
    ['a withdrawal without a reason', 'consent-withdrawn', (data) => delete data.reason],
    ['a purpose’s event that does not say whether it is allowed', 'consent-granted', (data) => delete data.allowed],
    ['an unknown status', 'consent-granted', (data) => (data.status = 'maybe')],
    ['a version of 0', 'consent-granted', (data) => (data.version = 0)],
    ['a time without six decimals', 'consent-granted', (data) => (data.occurredAt = '2026-11-22T10:00:00Z')],
    ['a right without a due date', 'right-requested', (data) => (data.fact = { right: 'access' })],
    ['a fact of the ledger under a person’s purpose', 'notice-published', (data) => (data.purpose = 'newsletter')],
    ['a request that allows something', 'request-opened', (data) => (data.allowed = true)],
  ])('to %s', (_name, type, change) => {
    expect(of(type, () => undefined)).toEqual([]);
    expect(of(type, change)).not.toEqual([]);
  });
  test('to an event of the ledger without its chain, its actor, or with a member that format 1 does not know', () => {
    const check = validatorOf(current.event as SchemaObject);
    const event = JSON.parse(goldens['consent-withdrawn']?.[0]?.event ?? '') as LedgerEvent;
    expect(event.purpose).not.toBe(LEDGER_PURPOSE);
    expect(check(event)).toEqual([]);
    for (const name of ['prev', 'actor', 'reason', 'controller', 'definition', 'after'] as const) expect(check(JSON.parse(JSON.stringify({ ...event, [name]: undefined })))).not.toEqual([]);
    expect(check({ ...event, email: 'x' })).not.toEqual([]);
  });
});

describe('compatibility', () => {
  test('every published version stands byte for byte as it was published', () => {
    expect(frozenFaults(published, readHashes())).toEqual([]);
  });
  test('every version fits those before it, and what the source says now is published', () => {
    expect(versionFaults(published, current)).toEqual([]);
  });
  test('a published file that is changed, removed or slipped in is found', () => {
    const hashes = { 'a/1': hashOf('{}\n') };
    expect(frozenFaults(new Map([['a/1', '{}\n']]), hashes)).toEqual([]);
    expect(frozenFaults(new Map([['a/1', '{ }\n']]), hashes)).toEqual(['a/1: changed']);
    expect(frozenFaults(new Map(), hashes)).toEqual(['a/1: gone']);
    expect(frozenFaults(new Map([['a/1', '{}\n'], ['a/2', '{}\n']]), hashes)).toEqual(['a/2: not listed']);
  });

  type Editable = { required: string[]; properties: Record<string, Record<string, unknown>>; $defs: Record<string, { required: string[]; enum: string[]; type: string; pattern: string; properties: Record<string, unknown>; maximum: number }>; [keyword: string]: unknown };
  const edited = (change: (schema: Editable) => void, name = 'consent-withdrawn'): string[] => {
    const schema = structuredClone(current[name]) as unknown as Editable;
    change(schema);
    return breaksBetween(current[name], schema);
  };
  test.each<[string, (schema: Editable) => void, RegExp]>([
    ['a member that is required from now on', (schema) => schema.required.push('causes'), /required/],
    ['a member that is not required any more', (schema) => (schema.required = []), /required/],
    ['a member that is gone', (schema) => delete schema.$defs.MessageData?.properties.validUntil, /validUntil: removed/],
    ['a type that is wider', (schema) => ((schema.$defs.MessageData?.properties.allowed as { type: unknown }).type = ['boolean', 'string']), /allowed\/type/],
    ['a type that is another one', (schema) => ((schema.$defs.Count as { type: string }).type = 'string'), /Count\/type/],
    ['a value that nobody knew', (schema) => schema.$defs.Status?.enum.push('paused'), /Status\/enum/],
    ['a value that is gone', (schema) => schema.$defs.Reason?.enum.pop(), /Reason\/enum/],
    ['a narrower pattern', (schema) => ((schema.$defs.Id as { pattern: string }).pattern = '^[a-z]{1,3}$'), /Id\/pattern/],
    ['another limit', (schema) => ((schema.$defs.Count as { maximum: number }).maximum = 9), /Count\/maximum/],
    ['another constant', (schema) => ((schema.properties.decision as { const: string }).const = 'refuse'), /decision\/const/],
    ['a door that closes', (schema) => (schema.additionalProperties = false), /additionalProperties/],
    ['a condition that is gone', (schema) => delete schema.$defs.Effect, /Effect: removed/],
    ['a member that is forbidden', (schema) => ((schema.$defs.MessageData?.properties ?? {}).extra = false), /extra forbidden/],
  ])('%s is a break', (_name, change, said) => {
    expect(edited(change).join('\n')).toMatch(said);
  });
  test('a member added to the closed bytes of format 1 is a break', () => {
    expect(edited((schema) => ((schema.$defs.LedgerEvent?.properties ?? {}).extra = { type: 'string' }), 'event').join()).toMatch(/extra added where nothing may be added/);
  });
  test('a further member that nobody requires, and better words, are none; the further member wants a version', () => {
    expect(edited((schema) => ((schema.$defs.MessageData?.properties ?? {}).region = { type: 'string' }))).toEqual([]);
    expect(edited((schema) => (schema.description = 'Better words'))).toEqual([]);
    const grown = JSON.parse(JSON.stringify(current)) as Record<string, SchemaObject>;
    (grown['consent-granted']?.$defs?.MessageData as SchemaObject).properties = { ...(current['consent-granted']?.$defs?.MessageData as SchemaObject).properties, region: { type: 'string' } };
    expect(versionFaults(published, grown)).toEqual(['consent-granted: grown, and not published']);
  });
  test('a break is found whether or not it is published as a version of its own', () => {
    const broken = structuredClone(current['consent-withdrawn']) as SchemaObject;
    broken.required = [];
    expect(versionFaults(published, { ...current, 'consent-withdrawn': broken }).join()).toMatch(/^consent-withdrawn\/required/);
    const next = new Map([...published, ['consent-withdrawn/2', JSON.stringify(broken)]]);
    expect(versionFaults(next, { ...current, 'consent-withdrawn': broken }).join()).toMatch(/^consent-withdrawn\/2\/required/);
  });
});
