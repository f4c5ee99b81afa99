import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { emptyStream, evolve, type Draft, type Stream } from './consent.js';
import { decideUnder } from './decide-under.js';
import { chosenOf } from './effective.js';
import { decideLost, decideLostWhole, sayWholeAnew, type LostWord } from './lost.js';
import { decideFact } from './person-facts.js';
import { evolvePerson, nobodySpecial, type PersonState } from './person.js';
import type { PurposeRule } from './purposes.js';

const NEWSLETTER: PurposeRule = { id: 'newsletter', holder: 'person', choice: 'grant-withdraw', channels: ['email', 'sms'] } as PurposeRule;
const REACH: PurposeRule = { id: 'reach', holder: 'person', choice: 'object-lift' } as PurposeRule;
const notice = { id: 'n', version: '1', locale: 'sv', sha256: 'ab' };
const time = (tick: number): string => `2026-11-22T10:00:${String(tick).padStart(2, '0')}.000000Z`;
const actor = { kind: 'operator' as const, id: 'o' };
const AFTER = { actor, holder: 'person' as const, recordedAt: time(50) };

const step = (stream: Stream, draft: Draft, tick: number): Stream => evolve(stream, { ...draft, event: `${tick}`, version: stream.version + 1, recordedAt: time(tick) });

/** A stream after these decisions of the person, one a second from `from` on; each event with its place. */
function told(purpose: PurposeRule, decisions: [string, string[]?][], { from = 0, stream = emptyStream(purpose) } = {}): { stream: Stream; words: LostWord[] } {
  const words: LostWord[] = [];
  decisions.forEach(([decision, channels], at) => {
    const outcome = decideUnder({ decision: decision as 'grant', channels, holder: 'person', actor: { kind: 'person', id: 'p' }, recordedAt: time(from + at), notice }, stream, purpose, nobodySpecial);
    for (const draft of outcome.kind === 'done' ? outcome.drafts : []) {
      stream = step(stream, draft, from + at);
      words.push({ ...draft.after, type: draft.type, purpose: purpose.id, recordedAt: time(from + at), reason: draft.reason, fact: draft.fact });
    }
  });
  return { stream, words };
}

const settled = (words: LostWord[], stream: Stream, purpose = NEWSLETTER, person: PersonState = nobodySpecial) => decideLost(words, person, [{ purpose, stream }], AFTER).map(({ draft }) => draft);
const types = (drafts: Draft[]): string[] => drafts.map(({ type }) => type);

describe('what was sent and is lost', () => {
  const given = told(NEWSLETTER, [['grant']]).stream;

  test('is said again where it was a no, with the reason operator; the same for what was objected to', () => {
    const lost = told(NEWSLETTER, [['withdraw']], { from: 10, stream: given }).words;
    expect(settled(lost, given)).toMatchObject([{ type: 'consent-withdrawn', reason: 'operator', after: { status: 'withdrawn', allowed: false } }]);
    const reach = emptyStream(REACH);
    expect(types(settled(told(REACH, [['object']], { from: 10 }).words, reach, REACH))).toEqual(['objection-raised']);
  });

  test('takes back the parts that were taken back, and those only', () => {
    const lost = told(NEWSLETTER, [['withdraw', ['sms']]], { from: 10, stream: given }).words;
    expect(settled(lost, given)).toMatchObject([{ type: 'consent-withdrawn', after: { allowed: true, channels: ['email'] } }]);
  });

  test('takes a part also from a consent that was given before its purpose had channels', () => {
    const before = told({ ...NEWSLETTER, channels: undefined }, [['grant']]).stream;
    const lost = told(NEWSLETTER, [['withdraw', ['sms']]], { from: 10, stream: before }).words;
    expect(settled(lost, before)).toMatchObject([{ type: 'consent-withdrawn', after: { allowed: true, channels: ['email'] } }]);
  });

  test('is a yes no more: what stands is said anew, also of somebody nobody knows', () => {
    const withdrawn = told(NEWSLETTER, [['grant'], ['withdraw']]).stream;
    const lost = told(NEWSLETTER, [['grant']], { from: 10, stream: withdrawn }).words;
    expect(settled(lost, withdrawn)).toMatchObject([{ type: 'preferences-changed', after: { status: 'withdrawn', allowed: false } }]);
    expect(settled(lost, emptyStream(NEWSLETTER))).toMatchObject([{ type: 'preferences-changed', after: { status: 'unknown', allowed: false } }]);
  });

  test('counts no more once the person said yes since; what else was recorded since is no answer to a no', () => {
    const lost = told(NEWSLETTER, [['withdraw']], { from: 10, stream: given }).words;
    const since = told(NEWSLETTER, [['withdraw'], ['grant']], { from: 20, stream: given }).stream;
    expect(settled(lost, since)).toEqual([]);
    expect(settled(lost, told(NEWSLETTER, [['withdraw'], ['request']], { from: 20, stream: given }).stream)).toEqual([]);
    const wished = step(given, { type: 'preferences-changed', occurredAt: time(20), after: { ...given, preferences: { language: 'sv' } } }, 20);
    expect(types(settled(lost, wished))).toEqual(['consent-withdrawn']);
    const yes = told(NEWSLETTER, [['grant']], { from: 10, stream: emptyStream(NEWSLETTER) }).words;
    expect(settled(yes, told(NEWSLETTER, [['withdraw']], { from: 20 }).stream)).toEqual([]);
  });

  test('is a no also where nothing stands: no request of before it is confirmed, and no import adds it', () => {
    const asked = told(NEWSLETTER, [['request']]).stream;
    const lost = told(NEWSLETTER, [['withdraw']], { from: 10, stream: asked }).words;
    expect(settled(lost, asked)).toMatchObject([{ type: 'consent-withdrawn', after: { status: 'withdrawn' } }]);
    expect(types(settled(told(NEWSLETTER, [['refuse']], { from: 10 }).words, emptyStream(NEWSLETTER)))).toEqual(['consent-withdrawn']);
  });

  test('is judged by what was chosen, not by what was in force under a pause or a wish; what a merge moved is no no', () => {
    const paused = { ...nobodySpecial, pausedUntil: time(59) };
    const outcome = decideUnder({ decision: 'withdraw', channels: ['sms'], holder: 'person', actor: { kind: 'person', id: 'p' }, recordedAt: time(10) }, given, NEWSLETTER, paused);
    const [draft] = outcome.kind === 'done' ? outcome.drafts : [];
    const part: LostWord = { ...draft?.after, type: 'consent-withdrawn', purpose: 'newsletter', recordedAt: time(10), fact: draft?.fact };
    expect(part.allowed).toBe(false);
    expect(settled([part], given)).toMatchObject([{ type: 'consent-withdrawn', after: { allowed: true, channels: ['email'] } }]);
    const wish: LostWord = { type: 'preferences-changed', purpose: 'newsletter', recordedAt: time(10), allowed: true, channels: ['email'], status: 'given', fact: { chosen: { status: 'given', allowed: true, channels: ['email', 'sms'], preferred: ['email'] } } };
    expect(settled([wish], given)).toMatchObject([{ type: 'preferences-changed', after: { allowed: true, channels: ['email'] }, fact: { chosen: { channels: ['email', 'sms'], preferred: ['email'] } } }]);
    const pause: LostWord = { ...wish, allowed: false, channels: [], preferences: { pausedUntil: time(59) }, fact: { chosen: { status: 'given', allowed: true, channels: ['email', 'sms'] } } };
    expect(settled([pause], given)).toMatchObject([{ type: 'preferences-changed', after: { allowed: false, preferences: { pausedUntil: time(59) } } }]);
    expect(settled([{ ...pause, preferences: { pausedUntil: time(40) } }], given)).toMatchObject([{ after: { allowed: true } }]);
    const merged: LostWord = { type: 'consent-withdrawn', reason: 'merged', purpose: 'newsletter', recordedAt: time(10), allowed: false, channels: [], status: 'withdrawn' };
    expect(settled([merged], given)).toMatchObject([{ type: 'preferences-changed', after: { allowed: true } }]);
  });

  test('is nothing for somebody who was erased, or goes on in another one', () => {
    const lost = told(NEWSLETTER, [['withdraw']], { from: 10, stream: given }).words;
    expect(settled(lost, given, NEWSLETTER, { ...nobodySpecial, erased: true })).toEqual([]);
    expect(settled(lost, given, NEWSLETTER, { ...nobodySpecial, mergedInto: 'other' })).toEqual([]);
  });

  test('never makes anything allowed that was not, and leaves nothing allowed that any lost word had ended; a second time it writes nothing', () => {
    const decision: fc.Arbitrary<[string, string[]?]> = fc.oneof(fc.constant<[string]>(['grant']), fc.constant<[string]>(['withdraw']), fc.constant<[string]>(['refuse']), fc.tuple(fc.constantFrom('grant', 'withdraw'), fc.constantFrom<string[]>(['email'], ['sms'])));
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 4 }), fc.array(decision, { minLength: 1, maxLength: 4 }), (held, gone) => {
        const { stream } = told(NEWSLETTER, held);
        const { words } = told(NEWSLETTER, gone, { from: 10, stream });
        if (words.length === 0) return;
        const drafts = settled(words, stream);
        const after = drafts.reduce((before, draft) => step(before, draft, 50), stream);
        expect(drafts.length).toBeGreaterThan(0);
        expect(stream.allowed || !after.allowed).toBe(true);
        for (const channel of after.channels ?? []) expect(chosenOf(stream).channels).toContain(channel);
        const ended = words.some(({ type, allowed }) => type !== 'preferences-changed' && type !== 'decision-recorded' && allowed === false);
        expect(after.allowed && ended).toBe(false);
        for (const word of words.filter(({ type }) => type === 'consent-withdrawn')) if (word.allowed && after.allowed) for (const channel of after.channels ?? []) expect(word.channels).toContain(channel);
        expect(decideLost(words, nobodySpecial, [{ purpose: NEWSLETTER, stream: after }], { ...AFTER, recordedAt: time(55) })).toEqual([]);
      }),
    );
  });
});

describe('what was sent of a whole person and is lost', () => {
  const of = (fact: Parameters<typeof decideFact>[0], person = nobodySpecial): LostWord[] => {
    const { draft } = decideFact(fact, person, [], time(10)).at(-1) ?? {};
    return draft ? [{ ...draft.after, type: draft.type, purpose: '~person', recordedAt: time(10), reason: draft.reason, fact: draft.fact }] : [];
  };
  const whole = (words: LostWord[], person = nobodySpecial, since: string[] = []) => decideLostWhole(words, person, [], { now: time(50), since: new Set(since) as never }).map(({ draft }) => draft);

  test('is carried out again: an erasure with its ground and what is kept, a restriction, a suppression', () => {
    const kept = [{ category: 'claims', ground: 'eu-gdpr:A17-3-e' }];
    expect(whole(of({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-d', kept }))).toMatchObject([{ type: 'person-erased', reason: 'erased', fact: { ground: 'eu-gdpr:A17-1-d', kept } }]);
    expect(whole(of({ kind: 'restrict', ground: 'eu-gdpr:A18-1-b', until: time(59) }))).toMatchObject([{ type: 'processing-restricted', fact: { ground: 'eu-gdpr:A18-1-b', until: time(59) }, after: { restricted: true } }]);
    expect(whole(of({ kind: 'suppress' }))).toMatchObject([{ type: 'preferences-changed', after: { suppressed: true } }]);
  });

  test('is said anew where it gave something: a restriction that was lifted stands', () => {
    const restricted = decideFact({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a' }, nobodySpecial, [], time(5)).reduce((person, { draft }) => evolvePerson(person, draft as never), nobodySpecial);
    const lifted = of({ kind: 'lift-restriction', ground: 'eu-gdpr:A18-1-a' }, restricted);
    expect(whole(lifted, restricted)).toEqual([]);
    const anew = sayWholeAnew(restricted, time(50)).map(({ draft }) => draft);
    expect(anew).toMatchObject([{ type: 'preferences-changed', after: { restricted: true } }]);
    expect(anew.reduce((person, draft) => evolvePerson(person, draft as never), restricted)).toEqual(restricted);
  });

  test('is carried out one after the other until nothing is left: restriction with its own ground, suppression, pause; single channels beside those that are suppressed here', () => {
    const after = (person: PersonState, drafts: Draft[]): PersonState => drafts.reduce((state, draft) => evolvePerson(state, draft as never), person);
    const words: LostWord[] = [];
    let lost = nobodySpecial;
    for (const fact of [{ kind: 'restrict', ground: 'eu-gdpr:A18-1-b' }, { kind: 'suppress' }, { kind: 'pause', until: time(59) }] as const) {
      words.push(...of(fact, lost));
      lost = after(lost, decideFact(fact, lost, [], time(10)).map(({ draft }) => draft));
    }
    let person = nobodySpecial;
    const said: Draft[] = [];
    for (let drafts = whole(words, person); drafts.length > 0; drafts = whole(words, person)) {
      said.push(...drafts);
      person = after(person, drafts);
    }
    expect(said).toMatchObject([{ type: 'processing-restricted', fact: { ground: 'eu-gdpr:A18-1-b' } }, { type: 'preferences-changed', after: { suppressed: true } }, { type: 'preferences-changed', after: { pausedUntil: time(59) } }]);
    const channels = of({ kind: 'set-suppressed-channels', channels: ['sms'] });
    expect(whole(channels, { ...nobodySpecial, suppressedChannels: ['phone'] })).toMatchObject([{ fact: { suppressedChannels: ['phone', 'sms'] } }]);
  });

  test('is not carried out again where it did not begin among what is lost, nor where something has ended it since', () => {
    const restrict = of({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: time(40) });
    expect(whole(restrict)).toEqual([]);
    const asked: LostWord = { type: 'right-requested', purpose: '~person', recordedAt: time(10), restricted: true, suppressed: true, pausedUntil: time(59), erased: false };
    expect(whole([asked])).toEqual([]);
    expect(whole(of({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a' }), nobodySpecial, ['restriction-lifted'])).toEqual([]);
    expect(whole(of({ kind: 'suppress' }), nobodySpecial, ['preferences-changed'])).toEqual([]);
    expect(whole(of({ kind: 'erase', reason: 'erased', ground: 'eu-gdpr:A17-1-b', kept: [] }), nobodySpecial, ['preferences-changed']).length).toBe(1);
  });

  test('is left where he was erased here, too', () => {
    const gone = { ...nobodySpecial, erased: true };
    expect([whole(of({ kind: 'suppress' }), gone), sayWholeAnew(gone, time(50))]).toEqual([[], []]);
  });
});
