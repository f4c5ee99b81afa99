import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WHOLE_PERSON, type MessageData } from '#contracts';
import { fold } from './fold.js';
import type { Known } from './known.js';
import type { Received } from './received.js';

const at = '2026-11-22T10:00:00.000000Z';
const raw = { topic: 'events', partition: 0, offset: '0', key: null, value: null };
const message = (data: Partial<MessageData> & { person: string }): Received => ({
  raw,
  id: randomUUID(),
  type: 'consent-granted',
  data: { kind: 'person', purpose: 'newsletter', seq: 1, version: 1, allowed: true, occurredAt: at, recordedAt: at, hash: '', ...data },
});
const nothing = (): Known => ({ streams: new Map(), persons: new Map() });
const all = (_purpose: string): boolean => true;
const outcomes = (messages: Received[], known = nothing(), isMine = all): string[] => fold(messages, known, isMine).verdicts.map(({ outcome }) => outcome);

describe('what is new', () => {
  test('is a version above the known one, and of one history nothing else', () => {
    const person = randomUUID();
    const versions = [1, 2, 2, 1, 3];
    expect(outcomes(versions.map((version) => message({ person, version })))).toEqual(['applied', 'applied', 'repeat', 'repeat', 'applied']);
  });

  test('leaves the last version of each stream to be written, whatever repeats come between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 9 })), { maxLength: 60 }), (told) => {
        const ids: Record<string, string> = { a: randomUUID(), b: randomUUID(), c: randomUUID() };
        const changes = fold(told.map(([who, version]) => message({ person: ids[who] ?? '', version })), nothing(), all);
        const highest = new Map<string, number>();
        for (const [who, version] of told) highest.set(ids[who] ?? '', Math.max(version, highest.get(ids[who] ?? '') ?? 0));
        const written = [...changes.streams.values()].map(({ data }) => [data.person, data.version] as const);
        expect(new Map(written)).toEqual(highest);
        const perPerson = (person: string): number[] => changes.applied.filter(({ data }) => data.person === person).map(({ data }) => data.version);
        for (const person of highest.keys()) expect(perPerson(person)).toEqual([...perPerson(person)].sort((one, other) => one - other));
      }),
    );
  });

  test('is what was recorded later, too, where the ledger lost what it had sent and gave its versions anew', () => {
    const person = randomUUID();
    const sent = [1, 2, 3].map((version) => message({ person, version, recordedAt: `2026-11-22T10:00:0${version}.000000Z` }));
    const anew = message({ person, version: 2, allowed: false, recordedAt: '2026-11-22T10:05:00.000001Z' });
    const changes = fold([...sent, anew, anew, ...sent], nothing(), all);
    expect(changes.verdicts.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied', 'applied', 'repeat', 'repeat', 'repeat', 'repeat']);
    expect([...changes.streams.values()]).toEqual([anew]);
    const whole = { purpose: WHOLE_PERSON, person, recordedAt: '2026-11-22T10:06:00Z' };
    const known: Known = { streams: new Map(), persons: new Map([[person, { version: 4, recorded: Date.parse('2026-11-22T10:00:00Z') * 1_000, erased: false }]]) };
    expect(outcomes([message({ ...whole, version: 3, restricted: true }), message({ ...whole, version: 3, restricted: true })], known)).toEqual(['applied', 'repeat']);
  });

  test('is a higher version where both were recorded at once, or one does not say when', () => {
    const person = randomUUID();
    const unsaid = ({ data: { recordedAt: _, ...data }, ...told }: Received): Received => ({ ...told, data: data as Received['data'] });
    expect(outcomes([message({ person, version: 2 }), unsaid(message({ person, version: 2 })), unsaid(message({ person, version: 3 })), message({ person, version: 3 })])).toEqual(['applied', 'repeat', 'applied', 'repeat']);
  });

  test('is kept apart by purpose, and only mine is kept', () => {
    const person = randomUUID();
    const messages = [message({ person }), message({ person, purpose: 'statistics' }), message({ person, purpose: WHOLE_PERSON })];
    expect(outcomes(messages, nothing(), (purpose) => purpose === 'newsletter')).toEqual(['applied', 'not-mine', 'applied']);
  });
});

describe('a repeat', () => {
  const before = { version: 1, appliedAt: new Date('2026-01-01T00:00:00Z') };
  const times = (messages: Received[], known: Known): (Date | undefined)[] => fold(messages, known, all).verdicts.flatMap((verdict) => (verdict.outcome === 'repeat' ? ['appliedAt' in verdict ? verdict.appliedAt : undefined] : []));

  test('of what these messages apply has no time of before, neither the stream’s nor the person’s', () => {
    const person = randomUUID();
    const told = message({ person, version: 2 });
    const known: Known = { streams: new Map([[`${person} newsletter`, before]]), persons: new Map([[person, { ...before, erased: false }]]) };
    expect(times([told, told], known)).toEqual([undefined]);
    expect(times([message({ person, version: 1 })], { ...known, streams: new Map([[`${person} newsletter`, before]]) })).toEqual([before.appliedAt]);
  });

  test('of what an erasure took along has the erasure’s time, and none where it is in these messages', () => {
    const person = randomUUID();
    const late = { version: 4, appliedAt: new Date('2026-02-01T00:00:00Z') };
    const erasure = { ...message({ person, purpose: WHOLE_PERSON, version: 5, erased: true }), type: 'person-erased' };
    expect(times([message({ person, version: 2 })], { streams: new Map(), persons: new Map([[person, { ...late, erased: true }]]) })).toEqual([late.appliedAt]);
    expect(times([erasure, message({ person, version: 2 })], { streams: new Map([[`${person} newsletter`, before]]), persons: new Map([[person, { ...late, erased: false }]]) })).toEqual([undefined]);
  });
});

describe('erasure', () => {
  const erasure = (person: string, version = 1): Received => ({ ...message({ person, purpose: WHOLE_PERSON, version, erased: true }), type: 'person-erased' });

  test('takes away what the same messages were about to write, and lets nothing after it in', () => {
    const person = randomUUID();
    const changes = fold([message({ person, version: 1 }), erasure(person), message({ person, version: 2 })], nothing(), all);
    expect(changes.verdicts.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'repeat']);
    expect(changes.streams.size).toBe(0);
    expect([...changes.erased]).toEqual([person]);
  });

  test('is never undone by a later record of the person', () => {
    const person = randomUUID();
    const later = message({ person, purpose: WHOLE_PERSON, version: 2, erased: false });
    const changes = fold([later], { streams: new Map(), persons: new Map([[person, { version: 1, erased: true }]]) }, all);
    expect(changes.persons.get(person)?.data.erased).toBe(true);
  });
});
