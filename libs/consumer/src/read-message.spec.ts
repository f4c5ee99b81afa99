import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvent, readState } from './read-message.js';
import { isFor, isUnreadable, type RawMessage } from './received.js';

const person = randomUUID();
const id = randomUUID();
const data = { person, kind: 'person', purpose: 'newsletter', seq: 1, version: 1, allowed: true, occurredAt: '2026-11-22T10:00:00.000000Z', recordedAt: '2026-11-22T10:00:00.000000Z', hash: 'ab' };
const raw = (value: unknown, more: Partial<RawMessage> = {}): RawMessage => ({
  topic: 'events',
  partition: 3,
  offset: '7',
  key: Buffer.from(person),
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers: { ce_id: id, ce_type: 'consent-granted', ce_logindex: '000000000042' },
  ...more,
});

describe('reading an event', () => {
  test('gives its id, type, log index and data, with members that it does not know', () => {
    expect(readEvent(raw({ ...data, later: 'added' }))).toMatchObject({ id, type: 'consent-granted', logIndex: 42, data: { person, later: 'added' } });
  });

  test('takes a type that is not known yet', () => {
    expect(isUnreadable(readEvent(raw(data, { headers: { ce_id: id, ce_type: 'consent-something-new' } })))).toBe(false);
  });

  const wrong: Record<string, Record<string, unknown>> = {
    allowed: { allowed: 'yes' },
    version: { version: 0 },
    person: { person: 'anna@example.se' },
    channels: { channels: ['EMAIL'] },
    validUntil: { validUntil: 'tomorrow' },
    purpose: { purpose: 'News letter' },
  };
  test.each(Object.entries(wrong))('says that %s is wrong, and never repeats a value', (name, change) => {
    const read = readEvent(raw({ ...data, ...change }));
    expect(read).toMatchObject({ reason: 'wrong-shape', detail: name });
  });

  test('refuses a purpose without `allowed`, a foreign key and a missing id', () => {
    expect(readEvent(raw({ ...data, allowed: undefined }))).toMatchObject({ detail: 'allowed' });
    expect(readEvent(raw(data, { key: Buffer.from(randomUUID()) }))).toMatchObject({ detail: 'key' });
    expect(readEvent(raw(data, { headers: {} }))).toMatchObject({ detail: 'ce_id' });
  });

  test('takes `__proto__` and `constructor` for members like any other, and bytes that are no UTF-8 for no JSON', () => {
    const read = readEvent(raw(`${JSON.stringify(data).slice(0, -1)},"__proto__":{"erased":true,"allowed":false},"constructor":{"a":1}}`));
    if (isUnreadable(read)) throw new Error(read.detail);
    expect(read.data.erased).toBeUndefined();
    expect(read.data.allowed).toBe(true);
    expect(readEvent(raw(`{"__proto__":${JSON.stringify(data)}}`))).toMatchObject({ reason: 'wrong-shape' });
    const bytes = Buffer.from(JSON.stringify({ ...data, reason: 'person' }));
    bytes[bytes.indexOf('person') + 1] = 0xff;
    expect(readEvent(raw('', { value: bytes }))).toMatchObject({ reason: 'not-json', detail: 'value' });
  });

  test('takes a header without a value for none', () => {
    const headers = { ce_id: null, samtycke_only: null } as unknown as RawMessage['headers'];
    expect(readEvent(raw(data, { headers }))).toMatchObject({ detail: 'ce_id' });
    expect(isFor('crm', raw(data, { headers }))).toBe(true);
  });

  test('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.json(), (bytes, json) => {
      for (const value of [Buffer.from(bytes), Buffer.from(json), null]) {
        readEvent(raw('', { value }));
        readState(raw('', { value, key: Buffer.from(bytes) }));
      }
    }));
  });
});

describe('reading a state record', () => {
  const key = Buffer.from(`${person}:newsletter`);
  test('understands a record and a tombstone', () => {
    expect(readState(raw(data, { key }))).toMatchObject({ data: { person } });
    expect(readState(raw('', { key, value: null }))).toMatchObject({ removed: true, data: { person, purpose: 'newsletter' } });
  });
});
