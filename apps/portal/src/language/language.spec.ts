import { describe, expect, test } from '@jest/globals';
import { loadCatalogue } from '#catalogue';
import { REASONS } from '#contracts';
import { LOCALES, type Locale } from '#languages';
import { basisIn, stateIn } from '../pages/words-of-choice.js';
import type { Choice } from '../choices/view.js';
import { chooseLocale } from './locale.js';
import { ownTextsIn } from './own/own-texts.js';
import { wordsIn } from '../sign-in/language/words.js';
import { countIn, momentIn, textsIn } from './texts.js';

describe('the language of a page', () => {
  test.each([
    ['da', 'sv', 'da'],
    [undefined, 'en-GB,en;q=0.9,sv;q=0.8', 'en'],
    [undefined, 'fi,da;q=0.4,sv;q=0.9', 'sv'],
    [undefined, 'nb-NO', 'da'],
    [undefined, 'sv;q=0', 'sv'],
    [undefined, 'fi-FI', 'sv'],
    [undefined, undefined, 'sv'],
    ['xx', ';;;,=', 'sv'],
  ])('switched to %s, Accept-Language %s: %s', (switched, accepted, locale) => {
    expect(chooseLocale(switched, accepted)).toBe(locale);
  });
});

type Tree = { [name: string]: string | Tree };
const paths = (tree: Tree, prefix = ''): string[] => Object.entries(tree).flatMap(([name, value]) => (typeof value === 'string' ? [`${prefix}${name} ${(value.match(/\{\w+\}/g) ?? []).sort().join()}`] : paths(value, `${prefix}${name}.`)));
const sentences = (tree: Tree): string[] => Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : sentences(value)));

describe.each<[string, (locale: Locale) => unknown]>([['of the portal', textsIn], ['of signing in', wordsIn], ['of wishes and rights', ownTextsIn]])('the texts %s', (_name, textsOf) => {
  const treeIn = (locale: Locale): Tree => textsOf(locale) as Tree;
  const swedish = treeIn('sv');

  test('every language has every sentence, with the same places to fill in', () => {
    for (const locale of LOCALES) expect(paths(treeIn(locale))).toEqual(paths(swedish));
  });

  test('no language borrows letters of another', () => {
    expect(sentences(swedish).filter((text) => /[æø]/i.test(text))).toEqual([]);
    expect(sentences(treeIn('da')).filter((text) => /[äö]/i.test(text))).toEqual([]);
    expect(sentences(treeIn('en')).filter((text) => /[åäöæø]/i.test(text))).toEqual([]);
  });
});

describe('the texts of the portal', () => {
  test.each<[Locale, RegExp]>([['sv', /anmäla dig/], ['da', /peger på|websted|fra fra|det samme link/], ['en', /sign you up/]])('no sentence says something else than it means (%s)', (locale, wrong) => {
    const all = [textsIn, wordsIn, ownTextsIn].flatMap((textsOf) => sentences(textsOf(locale) as unknown as Tree));
    expect(all.filter((text) => wrong.test(text))).toEqual([]);
  });

  test.each<[Locale, string, string]>([['sv', 'ingen annan', 'bekräftar'], ['da', 'ingen andre', 'bekræfter'], ['en', 'nobody else', 'confirm']])(
    'of an erased address is said what its mark does: nobody else brings it back, and a form asks by mail (%s)',
    (locale, nobody, confirms) => {
      const { stayMark } = ownTextsIn(locale).erase;
      for (const word of [nobody, confirms]) expect(stayMark).toContain(word);
    },
  );

  test('every reason that is not the person himself has its words', () => {
    for (const locale of LOCALES) for (const reason of REASONS.filter((one) => one !== 'person')) expect(textsIn(locale).because[reason]).toBeTruthy();
  });
});

describe('what depends on a number or a moment', () => {
  test.each<[Locale, string, string]>([
    ['sv', '1 adress eller nummer', '2 adresser och nummer'],
    ['da', '1 adresse eller nummer', '2 adresser og numre'],
    ['en', '1 address or number', '2 addresses and numbers'],
  ])('one thing is told as one (%s)', (locale, one, two) => {
    const { addresses } = ownTextsIn(locale).erase;
    expect([countIn(locale, 1, addresses), countIn(locale, 2, addresses)]).toEqual([one, two]);
  });

  test.each<Locale>(['sv', 'da', 'en'])('a time is Swedish time, and says so (%s)', (locale) => {
    expect(momentIn(locale, '2026-11-26T23:53:00Z')).toMatch(/^27\b.*\b2026,? 00[:.]53 CET$/);
    expect(momentIn(locale, '2026-07-01T10:05:00Z')).toMatch(/^1\b.*\b2026,? 12[:.]05 CEST$/);
  });
});

describe('a choice in words', () => {
  const choice: Choice = {
    purpose: { id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw' },
    title: 'Nyhetsbrev', summary: '', group: 'consent', status: 'unknown', allowed: false, channels: [], partners: [], version: 0, stopped: [],
  };

  test('every legal basis of the catalogue has plain words, and a local one is shown by its code', () => {
    for (const { basis } of loadCatalogue().purposes) expect(basisIn('sv', basis).words).not.toBe('');
    expect(basisIn('sv', 'se-lek:9-28')).toEqual({ words: '', article: 'se-lek:9-28' });
  });

  test.each<[Partial<Choice>, string, string]>([
    [{}, 'Av', 'off'],
    [{ status: 'given', allowed: true, since: '2026-03-02T23:30:00Z' }, 'På sedan 3 mars 2026', 'on'],
    [{ status: 'given', allowed: true, since: '2026-03-02T10:00:00Z', validUntil: '2027-03-02T10:00:00Z' }, 'På sedan 2 mars 2026, till 2 mars 2027', 'on'],
    [{ status: 'withdrawn', since: '2026-03-02T10:00:00Z' }, 'Av sedan 2 mars 2026', 'off'],
    [{ status: 'requested' }, 'Väntar på att du bekräftar i mejlet', 'pending'],
    [{ status: 'expired' }, 'Gick ut', 'off'],
    [{ status: 'given', allowed: true, waiting: { of: 'parts', parts: ['sms'] } }, 'På', 'on'],
    [{ status: 'given', allowed: true, waiting: { of: 'whole', parts: [] } }, 'Ditt nej är sparat hos oss och skickas vidare så snart det går', 'pending'],
    [{ group: 'interest', allowed: true }, 'Används', 'on'],
    [{ group: 'interest', status: 'objected', since: '2026-03-02T10:00:00Z' }, 'Du har sagt nej, sedan 2 mars 2026', 'off'],
    [{ group: 'interest', status: 'objected', allowed: true }, 'Du har sagt nej, men vi har tvingande skäl att fortsätta', 'on'],
    [{ group: 'devices' }, 'Ställs in per enhet', 'elsewhere'],
    [{ group: 'devices', status: 'refused', since: '2026-03-02T10:00:00Z' }, 'Du sade nej för alla dina enheter den 2 mars 2026', 'off'],
    [{ group: 'told', allowed: true }, 'Alltid på', 'on'],
    [{ group: 'told', allowed: false }, 'Begränsat på din begäran', 'off'],
  ])('%j reads: %s', (more, words, mood) => {
    expect(stateIn('sv', { ...choice, ...more })).toEqual({ words, mood });
  });
});
