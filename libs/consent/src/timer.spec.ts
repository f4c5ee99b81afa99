import { expect, test } from '@jest/globals';
import { mayProcess, statusAt } from './answer.js';
import { emptyStream, evolve, valuesOf, type Draft, type Stream } from './consent.js';
import { decideOverrideEnd } from './end-of-time.js';
import { bringTo } from './move.js';
import { decideOverride } from './override.js';
import { nobodySpecial } from './person.js';
import type { PurposeRule } from './purposes.js';
import { timersAfter } from './timer.js';

const audit: PurposeRule = { id: 'security-audit', holder: 'person', controller: 'c', basis: 'eu-gdpr:A6-1-f', choice: 'object-lift', weighed: true };
const NOW = '2026-11-22T10:00:00.000000Z';
const UNTIL = '2027-03-01T00:00:00.000000Z';
const after = (stream: Stream, draft: Draft): Stream => evolve(stream, { ...draft, event: `e${stream.version + 1}`, version: stream.version + 1, recordedAt: NOW });
const drafted = (outcome: ReturnType<typeof decideOverride>): Draft => {
  if (outcome.kind !== 'done' || !outcome.drafts[0]) throw new Error('nothing was decided');
  return outcome.drafts[0];
};
const objection: Draft = { type: 'objection-raised', decision: 'object', occurredAt: NOW, after: { status: 'objected', allowed: false, since: NOW } };
const moved = (stream: Stream, to: Stream, type: 'person-merged' | 'person-split'): Draft => {
  const [draft] = bringTo(audit, stream, to, nobodySpecial, { type, reason: type === 'person-merged' ? 'merged' : 'split' }, NOW);
  if (!draft) throw new Error('nothing moved');
  return draft;
};
const standing = (draft: Draft) => timersAfter({ ...draft, purpose: audit.id }).stand;

test('an override that a merge took away comes back with its end by a split', () => {
  const objected = after(emptyStream(audit), objection);
  const override = drafted(decideOverride({ ground: 'incident', until: UNTIL }, objected, audit, NOW));
  const overridden = after(objected, override);
  expect([overridden.overriddenUntil, standing(override)]).toEqual([UNTIL, { until: UNTIL }]);
  const merged = moved(overridden, { ...overridden, allowed: false }, 'person-merged');
  const under = after(overridden, merged);
  expect([under.overriddenUntil, standing(merged)]).toEqual([undefined, 'gone']);
  const split = moved(under, overridden, 'person-split');
  expect([after(under, split).overriddenUntil, standing(split)]).toEqual([UNTIL, { until: UNTIL }]);
});

test('an override that stands may be given an earlier end; said again it changes nothing', () => {
  const [objected, sooner] = [after(emptyStream(audit), objection), '2026-12-24T00:00:00.000000Z'];
  const override = (stream: Stream, until?: string) => decideOverride({ ground: 'incident', until }, stream, audit, NOW);
  const first = after(objected, drafted(override(objected, UNTIL)));
  const shorter = drafted(override(first, sooner));
  expect([override(first, UNTIL), after(first, shorter).overriddenUntil, shorter.after.validUntil]).toEqual([{ kind: 'unchanged' }, sooner, sooner]);
});

test('an override without an end takes the end of the one before it away; what only goes on leaves it', () => {
  const objected = after(emptyStream(audit), objection);
  const first = after(objected, drafted(decideOverride({ ground: 'incident', until: UNTIL }, objected, audit, NOW)));
  const wish: Draft = { type: 'preferences-changed', occurredAt: NOW, after: { ...first, preferences: { language: 'da' } } };
  expect([after(first, wish).overriddenUntil, standing(wish)]).toEqual([UNTIL, 'stays']);
  const again = drafted(decideOverride({ ground: 'incident' }, after(first, objection), audit, NOW));
  expect([after(first, again).overriddenUntil, standing(again)]).toEqual([undefined, 'gone']);
});

test('an override with an end lets nothing be done from that instant on, by itself: in the answer and in what is sent, whatever went on meanwhile', () => {
  const objected = after(emptyStream(audit), objection);
  const override = drafted(decideOverride({ ground: 'incident', until: UNTIL }, objected, audit, NOW));
  expect(override.after.validUntil).toBe(UNTIL);
  const first = after(objected, override);
  const wish: Draft = { type: 'preferences-changed', occurredAt: NOW, after: { ...valuesOf(first), preferences: { language: 'da' } } };
  // Recorded before events of overrides named their end in `after`.
  const former = after(objected, { ...override, after: { ...override.after, validUntil: undefined } });
  const before = '2027-02-28T23:59:59.999999Z';
  for (const stream of [first, after(first, wish), former]) {
    expect([mayProcess(stream, before), mayProcess(stream, UNTIL), statusAt(stream, UNTIL)]).toEqual([true, false, 'objected']);
    const ended = after(stream, drafted(decideOverrideEnd(stream, audit, nobodySpecial, UNTIL)));
    expect([ended.allowed, ended.validUntil, mayProcess(ended, UNTIL)]).toEqual([false, undefined, false]);
  }
  const later = '2027-06-01T00:00:00.000000Z';
  expect(decideOverride({ ground: 'incident', until: later }, first, audit, before)).toEqual({ kind: 'unchanged' });
  expect(mayProcess(after(first, drafted(decideOverride({ ground: 'incident', until: later }, first, audit, UNTIL))), UNTIL)).toBe(true);
  expect(decideOverride({ ground: 'incident', until: NOW }, objected, audit, NOW)).toEqual({ kind: 'refused', code: 'override_in_past' });
});
