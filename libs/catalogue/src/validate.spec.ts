import { describe, expect, test } from '@jest/globals';
import type { Catalogue } from './catalogue.js';
import { definitionOf } from './hashes.js';
import { loadCatalogue } from './load.js';
import type { Purpose } from './purpose.js';
import { validateCatalogue } from './validate.js';

const whole = loadCatalogue();

type Loose = Record<string, unknown>;
const purposeOf = (catalogue: Catalogue, id: string): Purpose & Loose => catalogue.purposes.find((one) => one.id === id) as Purpose & Loose;
const documentOf = (catalogue: Catalogue): Catalogue['notices'][number]['document'] & Loose =>
  catalogue.notices[0]!.document as Catalogue['notices'][number]['document'] & Loose;

/** Changes a purpose, and the definitions that the notices name with it. */
function redefine(catalogue: Catalogue, id: string, change: Loose): void {
  const purpose = Object.assign(purposeOf(catalogue, id), change);
  const definition = definitionOf(purpose);
  for (const { document } of catalogue.notices) {
    for (const named of document.purposes) if (named.id === id) named.definition = definition;
  }
}

function problemsAfter(change: (catalogue: Catalogue) => void): string[] {
  const catalogue = structuredClone(whole);
  change(catalogue);
  const checked = validateCatalogue(catalogue);
  return checked.valid ? [] : checked.problems.map(({ path, message }) => `${path} ${message}`);
}

test('what nobody sees has a code of its own, and what looks like another letter, or joins as it is spelt, is taken', () => {
  const catalogue = structuredClone(whole);
  documentOf(catalogue).title = 'Nyhets\u202ebrev';
  const checked = validateCatalogue(catalogue);
  expect(!checked.valid && checked.problems).toEqual([expect.objectContaining({ path: '/notices/0/document/title', code: 'unseen_character' })]);
  documentOf(catalogue).title = 'Nyh\u0435tsbrev \u{1f469}\u200d\u{1f4bb} \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645';
  expect(validateCatalogue(catalogue).valid).toBe(true);
});

test('the first user’s catalogue is valid', () => {
  expect(problemsAfter(() => undefined)).toEqual([]);
});

test.each([undefined, null, 'catalogue', 7, [], {}])('what is no catalogue at all is refused without throwing: %p', (document) => {
  expect(validateCatalogue(document).valid).toBe(false);
});

describe('a catalogue can say what this one does not', () => {
  test.each(['se-lek:9-28', 'dk-cookie:3-1', 'no-ekom:3-15', 'eu-gdpr:A9-2-a'])('a legal basis that the code does not know: %s', (basis) => {
    expect(problemsAfter((catalogue) => redefine(catalogue, 'statistics', { basis }))).toEqual([]);
  });

  test('a joint set of controllers, named partners, and a purpose for some countries only', () => {
    const problems = problemsAfter((catalogue) => {
      catalogue.controllers.push({ id: 'joint', name: 'Joint', email: 'joint@example.se', joint: ['advansor-as'] });
      catalogue.partners.push({ id: 'example-partner', name: 'Example' });
      redefine(catalogue, 'statistics', { controller: 'joint', countries: ['DK', 'SE'] });
    });
    expect(problems).toEqual([]);
  });
});

describe('the schema refuses', () => {
  const cases: [string, (catalogue: Catalogue) => void][] = [
    ['a member that it does not know', (catalogue) => Object.assign(catalogue, { extra: true })],
    ['a missing member', (catalogue) => delete (catalogue as Partial<Catalogue>).rights],
    ['another format', (catalogue) => Object.assign(catalogue, { format: 2 })],
    ['a title inside a definition', (catalogue) => redefine(catalogue, 'newsletter', { title: 'Nyhetsbrev' })],
    ['an absent member written as null', (catalogue) => redefine(catalogue, 'newsletter', { validMonths: null })],
    ['false instead of an absent member', (catalogue) => redefine(catalogue, 'electronic-marketing', { doubleOptIn: false })],
    ['an id with a capital letter', (catalogue) => redefine(catalogue, 'newsletter', { channels: ['Email'] })],
    ['an id that is too long', (catalogue) => catalogue.relations.push('a'.repeat(64))],
    ...['eu-gdpr:A6-1-a-explicit-consent', 'eu-gdpr:A6-1-A', 'eu-gdpr:a6-1-a', 'eu-gdpr:A6-1-g', 'eu-gdpr:A6'].map((basis): [string, (catalogue: Catalogue) => void] => [`what is consent by its code, or no code, that one is only told of: ${basis}`, (catalogue) => redefine(catalogue, 'market-research', { basis, choice: 'told', doubleOptIn: undefined, validMonths: undefined, partners: undefined })]),
    ['a legitimate interest by its code that is granted', (catalogue) => redefine(catalogue, 'market-research', { basis: 'eu-gdpr:A6-1-f-legitimate-interest' })],
    ['a legal basis without a prefix', (catalogue) => redefine(catalogue, 'newsletter', { basis: 'consent' })],
    ['an unknown choice', (catalogue) => redefine(catalogue, 'newsletter', { choice: 'opt-out' })],
    ['a holder that is the ledger', (catalogue) => redefine(catalogue, 'newsletter', { holder: 'ledger' })],
    ['consent that is on until one objects', (catalogue) => redefine(catalogue, 'market-research', { choice: 'object-lift' })],
    ['consent that one is only told of', (catalogue) => redefine(catalogue, 'market-research', { choice: 'told' })],
    ['legitimate interest that is granted', (catalogue) => redefine(catalogue, 'market-research', { basis: 'eu-gdpr:A6-1-f' })],
    ['an objection against a contract', (catalogue) => redefine(catalogue, 'contract', { choice: 'object-lift' })],
    ['double opt-in where nothing is granted', (catalogue) => redefine(catalogue, 'contract', { doubleOptIn: true })],
    ['a weighed objection against direct marketing', (catalogue) => redefine(catalogue, 'marketing-reach', { weighed: true })],
    ['a weighed withdrawal', (catalogue) => redefine(catalogue, 'newsletter', { weighed: true })],
    ['proof that is kept for no time', (catalogue) => redefine(catalogue, 'newsletter', { proofMonths: 0 })],
    ['the same channel twice', (catalogue) => redefine(catalogue, 'newsletter', { channels: ['email', 'email'] })],
    ['a start without six decimals', (catalogue) => Object.assign(documentOf(catalogue), { validFrom: '2020-04-01T00:00:00Z' })],
    ['an empty body', (catalogue) => Object.assign(documentOf(catalogue), { body: '' })],
    ['a definition that is no hash', (catalogue) => Object.assign(documentOf(catalogue).purposes[0]!, { definition: 'x' })],
    ['a hash that covers its origin', (catalogue) => Object.assign(documentOf(catalogue), { basedOn: 'policy' })],
    ['a notice that does not say where it comes from', (catalogue) => delete (catalogue.notices[0] as unknown as Loose).basedOn],
    ['a phone number without a country code', (catalogue) => Object.assign(catalogue.controllers[0]!, { phone: '70250030' })],
  ];
  test.each(cases)('%s', (_, change) => {
    expect(problemsAfter(change).length).toBeGreaterThan(0);
  });
});

describe('the cross references refuse', () => {
  const cases: [string, (catalogue: Catalogue) => void, RegExp][] = [
    ['a purpose that stands twice', (catalogue) => catalogue.purposes.push(structuredClone(catalogue.purposes[0]!)), /\/purposes holds newsletter more than once/],
    ['an unknown controller', (catalogue) => redefine(catalogue, 'contract', { controller: 'nobody' }), /controller names the unknown nobody/],
    ['an unknown category', (catalogue) => redefine(catalogue, 'contract', { categories: ['shoe-size'] }), /categories names the unknown shoe-size/],
    ['an unknown recipient', (catalogue) => redefine(catalogue, 'contract', { recipients: ['neighbours'] }), /recipients names the unknown neighbours/],
    ['an unknown channel', (catalogue) => redefine(catalogue, 'newsletter', { channels: ['fax'] }), /channels names the unknown fax/],
    ['an unknown way of keeping', (catalogue) => redefine(catalogue, 'contract', { retention: { until: 'ever' } }), /retention names the unknown ever/],
    ['a list that is not sorted', (catalogue) => redefine(catalogue, 'electronic-marketing', { channels: ['sms', 'app'] }), /channels is not sorted/],
    ['preferences of an unknown purpose', (catalogue) => Object.assign(catalogue.preferences, { gone: { topics: [], frequencies: [] } }), /preferences names the unknown gone/],
    ['an unknown member of a joint set', (catalogue) => Object.assign(catalogue.controllers[0]!, { joint: ['nobody'] }), /joint names the unknown nobody/],
    ['an unknown authority', (catalogue) => Object.assign(catalogue.rights[7]!, { authorities: ['nobody'] }), /authorities names the unknown nobody/],
    ['a purpose without words', (catalogue) => delete catalogue.texts.purposes.newsletter, /texts\/purposes lacks newsletter/],
    ['words for no purpose', (catalogue) => Object.assign(catalogue.texts.purposes, { gone: catalogue.texts.purposes.newsletter }), /texts\/purposes names the unknown gone/],
    ['a text that is missing in one language', (catalogue) => delete catalogue.texts.contexts.cookies!.da, /texts\/contexts\/cookies lacks da/],
    ['a notice that is missing in one language', (catalogue) => catalogue.notices.shift(), /newsletter-signup 1\.3 lacks sv/],
    ['a notice that stands twice', (catalogue) => catalogue.notices.push(structuredClone(catalogue.notices[0]!)), /newsletter-signup 1\.3 sv more than once/],
    ['a notice of no context', (catalogue) => Object.assign(documentOf(catalogue), { id: 'elsewhere' }), /id names the unknown elsewhere/],
    ['a notice that names an unknown purpose', (catalogue) => documentOf(catalogue).purposes.push({ id: 'zzz', definition: '0'.repeat(64) }), /purposes names the unknown zzz/],
    ['a notice that names another definition', (catalogue) => Object.assign(documentOf(catalogue).purposes[0]!, { definition: '0'.repeat(64) }), /names another definition of electronic-marketing/],
    ['a notice whose purposes are not sorted', (catalogue) => documentOf(catalogue).purposes.reverse(), /purposes is not sorted/],
    ['a notice that names fewer purposes in one language', (catalogue) => documentOf(catalogue).purposes.pop(), /names other purposes in another language/],
    ['a purpose without a notice of its own', (catalogue) => delete catalogue.defaultNotices.newsletter, /defaultNotices\/newsletter is missing/],
    ['a purpose whose notice does not exist', (catalogue) => Object.assign(catalogue.defaultNotices, { newsletter: { id: 'newsletter-signup', version: '9' } }), /names the unknown newsletter-signup 9/],
    ['a purpose whose notice does not name it', (catalogue) => Object.assign(catalogue.defaultNotices, { newsletter: { id: 'cookies', version: '1.3' } }), /cookies 1\.3 does not name newsletter/],
    ['a first day that the calendar does not have', (catalogue) => Object.assign(documentOf(catalogue), { validFrom: '2026-06-31T00:00:00.000000Z' }), /\/notices\/0\/document\/validFrom there is no such time: 2026-06-31/],
    ['a day of effect that the calendar does not have', (catalogue) => Object.assign(catalogue.notices[0]!, { change: 'material', from: '2031-02-29T00:00:00.000000Z' }), /\/notices\/0\/from there is no such time: 2031-02-29/],
    ['an hour that no day has', (catalogue) => Object.assign(catalogue.notices[0]!, { change: 'material', from: '2031-02-28T25:00:00.000000Z' }), /\/notices\/0\/from there is no such time/],
    ['a text that is not in NFC', (catalogue) => Object.assign(documentOf(catalogue), { body: 'Fo\u0308r' }), /body is not in NFC/],
    ['half a character', (catalogue) => Object.assign(documentOf(catalogue), { title: 'A\ud800' }), /title holds half a character/],
    ['a control character', (catalogue) => Object.assign(documentOf(catalogue), { body: 'A\u0000B' }), /\/notices\/0\/document\/body holds U\+0000, which nobody sees, in line 1 as letter 2/],
    ['a turn of the direction of writing', (catalogue) => Object.assign(documentOf(catalogue), { body: 'Ja\n\u{1f600} nej \u202eaj' }), /body holds U\+202E, which nobody sees, in line 2 as letter 7/],
    ['an isolate in a title', (catalogue) => Object.assign(documentOf(catalogue), { title: 'Nyhets\u2066brev' }), /title holds U\+2066, .* in line 1 as letter 7/],
    ['a space without width in a title', (catalogue) => Object.assign(documentOf(catalogue), { title: 'Nyhets\u200bbrev' }), /title holds U\+200B/],
    ['a joiner between letters that do not join', (catalogue) => Object.assign(documentOf(catalogue), { title: 'Nyhets\u200dbrev' }), /title holds U\+200D/],
    ['a letter without ink in a name', (catalogue) => Object.assign(catalogue.controllers[0]!, { name: 'Advansor\u3164' }), /\/controllers\/0\/name holds U\+3164/],
    ['a line that is ended by no line feed', (catalogue) => Object.assign(documentOf(catalogue), { body: 'a\u2028b' }), /body holds U\+2028/],
    ['line ends other than LF', (catalogue) => Object.assign(documentOf(catalogue), { body: 'a\r\nb' }), /line ends other than LF/],
  ];
  test.each(cases)('%s', (_, change, told) => {
    expect(problemsAfter(change).join('\n')).toMatch(told);
  });
});
