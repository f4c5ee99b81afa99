import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evolve, type Stream } from './consent.js';
import { decideNoticeChange, effectOf, olderVersions, supersededFrom, underNotices, type Publication } from './notice-change.js';

const day = (n: number): string => `2026-01-${String(n).padStart(2, '0')}T00:00:00.000000Z`;
const published = (version: number, change: Publication['change'], from: number, at = version): Publication => ({ event: `p${version}`, id: 'n', version: String(version), change, from: day(from), publishedAt: day(at) });
const under = (version: number, since = 1): Stream => ({ version: 1, status: 'given', allowed: true, channels: ['email'], since: day(since), notice: { id: 'n', version: String(version), locale: 'sv' }, event: 'g' });

const history = [published(1, 'material', 1), published(2, 'editorial', 4), { ...published(9, 'material', 5), id: 'other' }, published(3, 'material', 10)];
const [, editorial, , change] = history as [Publication, Publication, Publication, Publication];

test('a material change withdraws, from its day on, what was given under every older version of that notice', () => {
  const older = olderVersions(history, change);
  expect([...older]).toEqual(['1', '2']);
  for (const version of [1, 2]) {
    expect(decideNoticeChange(under(version), change, older, day(9)).kind).toBe('unchanged');
    expect(decideNoticeChange(under(version), change, older, day(11))).toEqual({
      kind: 'done',
      drafts: [{ type: 'consent-withdrawn', reason: 'notice-changed', occurredAt: day(10), causes: ['p3'], after: { status: 'withdrawn', allowed: false, channels: [], partners: undefined, preferences: undefined, since: day(10) } }],
    });
  }
});

test('what was renewed under the new version stays, and so does what is no consent any more', () => {
  const older = olderVersions(history, change);
  expect(decideNoticeChange(under(3), change, older, day(11)).kind).toBe('unchanged');
  expect(decideNoticeChange({ ...under(1), status: 'withdrawn', allowed: false, notice: undefined }, change, older, day(11)).kind).toBe('unchanged');
  expect(decideNoticeChange({ ...under(1), notice: { id: 'other', version: '1', locale: 'sv' } }, change, older, day(11)).kind).toBe('unchanged');
});

test('an editorial change leaves every consent', () => {
  expect(decideNoticeChange(under(1), editorial, olderVersions(history, editorial), day(30)).kind).toBe('unchanged');
});

test('a change counts from its day, and never before it was published', () => {
  expect(effectOf(published(3, 'material', 10, 3))).toBe(day(10));
  expect(effectOf(published(3, 'material', 10, 20))).toBe(day(20));
  expect(supersededFrom(history, { id: 'n', version: '1' })).toBe(day(10));
  expect(supersededFrom(history, { id: 'n', version: '3' })).toBeUndefined();
  expect(supersededFrom(history, { id: 'n', version: '7' })).toBeUndefined();
});

test('what is chosen under a restriction ends with its notice too; what nothing replaces is left as it is', () => {
  const restricted: Stream = { ...under(1), status: 'restricted', allowed: false, channels: [], chosen: { status: 'given', allowed: true, channels: ['email'] } };
  expect(underNotices(restricted, history, day(9))).toBe(restricted);
  expect(underNotices(restricted, history, day(10))).toMatchObject({ status: 'withdrawn', allowed: false, channels: [], chosen: undefined });
  expect(underNotices(under(3), history, day(20))).toEqual(under(3));
});

test('in any history: after all changes have taken effect, what stands was given under a version that nothing material replaces, nothing is withdrawn twice, and answers say the same before it is written', () => {
  const one = fc.record({ material: fc.boolean(), from: fc.integer({ min: 1, max: 28 }) });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 6 }), fc.nat(), fc.integer({ min: 1, max: 28 }), (list, given, now) => {
      const all = list.map(({ material, from }, at) => published(at + 1, material ? 'material' : 'editorial', from, 1));
      const version = (given % all.length) + 1;
      let stream = under(version);
      let count = 0;
      for (const next of all) {
        const outcome = decideNoticeChange(stream, next, olderVersions(all, next), day(now));
        if (outcome.kind !== 'done') continue;
        count += 1;
        for (const draft of outcome.drafts) stream = evolve(stream, { ...draft, event: 'w', version: 2, recordedAt: day(now) });
      }
      const end = supersededFrom(all, { id: 'n', version: String(version) });
      expect(count).toBe(end !== undefined && end <= day(now) ? 1 : 0);
      expect(stream.allowed).toBe(count === 0);
      const { status, allowed, channels, notice } = underNotices(under(version), all, day(now));
      expect({ status, allowed, channels, notice }).toEqual({ status: stream.status, allowed: stream.allowed, channels: stream.channels, notice: stream.notice });
    }),
  );
});
