import { describe, expect, test } from '@jest/globals';
import { blocksOf } from './blocks.js';
import { definitionOf } from './hashes.js';
import { loadCatalogue } from './load.js';

const catalogue = loadCatalogue();
const documents = catalogue.notices.map(({ document }) => document);
const named = documents.map((document) => [`${document.id} (${document.locale})`, document] as const);
const purposesOf = (id: string): string[] => documents.find((document) => document.id === id)!.purposes.map((purpose) => purpose.id);
const choiceOf = new Map(catalogue.purposes.map((purpose) => [purpose.id, purpose]));

/** What a text must say in each language, and words that give another language away. */
const SAID: Record<string, { withdraw: RegExp; authorities: string[]; foreign: RegExp; letters: RegExp }> = {
  sv: {
    withdraw: /Hur tar du tillbaka ett ja( eller invänder)?\?/,
    authorities: ['Integritetsskyddsmyndigheten', 'Datatilsynet'],
    foreign: /\b(og|ikke|af|hvis|hvad|oplysninger|samtykke|cookies|the|and|your|data)\b/i,
    letters: /[æøÆØ]/,
  },
  da: {
    withdraw: /Hvordan trækker du et ja tilbage( eller gør indsigelse)?\?/,
    authorities: ['Datatilsynet', 'Integritetsskyddsmyndigheten'],
    foreign: /\b(och|inte|att|vad|uppgifter|samtycke|kakor|the|and|your|data)\b/i,
    letters: /[äöÄÖ]/,
  },
  en: {
    withdraw: /How do you take back a yes(, or object)?\?/,
    authorities: ['Integritetsskyddsmyndigheten', 'Datatilsynet'],
    foreign: /\b(och|inte|att|uppgifter|og|ikke|hvis|oplysninger|dina|dine)\b/i,
    letters: /[åäöæøÅÄÖÆØ]/,
  },
};

describe('every notice, in every language,', () => {
  test.each(named)('%s says who answers for the data and how to reach it', (_, { body }) => {
    for (const said of ['Advansor A/S', 'Rosbjergvej 7A', 'marketing@advansor.dk', '+45 7025 0030']) expect(body).toContain(said);
  });

  test.each(named)('%s says how to withdraw, what the rights are and where to complain', (_, { body, locale }) => {
    expect(body).toMatch(SAID[locale]!.withdraw);
    for (const authority of SAID[locale]!.authorities) expect(body).toContain(authority);
    expect(body).toContain('GDPR');
  });

  test.each(named)('%s is one language throughout', (_, { title, body, locale }) => {
    const text = `${title}\n${body}`.replaceAll('Post and Telecom Authority', '');
    expect(text.match(SAID[locale]!.foreign)?.[0]).toBeUndefined();
    expect(text.match(SAID[locale]!.letters)?.[0]).toBeUndefined();
  });

  test.each(named)('%s is plain text: headings, paragraphs and lists, with nothing left to fill in', (_, { body }) => {
    expect(body).not.toMatch(/[{}<>#*_`]|TODO|\n{3,}|[ \t]+$/m);
    const blocks = blocksOf(body);
    expect(blocks[0]?.kind).toBe('paragraph');
    expect(blocks.filter((block) => block.kind === 'heading').length).toBeGreaterThanOrEqual(9);
    blocks.forEach((block, index) => {
      if (block.kind === 'heading') expect(blocks[index + 1]?.kind).toMatch(/paragraph|list/);
    });
  });

  test.each(named)('%s explains each purpose that it names, under the name that the purpose goes by', (_, { body, purposes, locale }) => {
    const items = blocksOf(body).flatMap((block) => (block.kind === 'list' ? block.items : []));
    for (const { id, definition } of purposes) {
      const title = catalogue.texts.purposes[id]?.[locale]?.title ?? '';
      expect(items.some((item) => item.startsWith(`${title}: `))).toBe(true);
      expect(definition).toBe(definitionOf(choiceOf.get(id)!));
    }
  });

  test.each(named)('%s says that an objection is weighed exactly where one is, and states its legal bases', (_, { body, purposes, locale }) => {
    const all = purposes.map(({ id }) => choiceOf.get(id)!);
    const weighing = { sv: 'tvingande skäl', da: 'vægtige legitime grunde', en: 'compelling grounds' }[locale]!;
    expect(body.includes(weighing)).toBe(all.some((purpose) => purpose.weighed));
    const article = (letter: string): RegExp => new RegExp({ sv: `6\\.1 ${letter}\\b`, da: `stk\\. 1, litra ${letter}\\b`, en: `6\\(1\\)\\(${letter}\\)` }[locale]!);
    for (const { basis } of all) expect(body).toMatch(article(basis.at(-1)!));
  });

  test.each(named)('%s names the version and the day from which it applies', (_, { body, version, validFrom, locale }) => {
    expect(validFrom).toBe('2020-04-01T00:00:00.000000Z');
    expect(body).toContain(version);
    expect(body).toContain({ sv: '1 april 2020', da: '1. april 2020', en: '1 April 2020' }[locale]!);
  });
});

describe('consent is asked for under a text that names it', () => {
  test('every context has its notice', () => {
    expect(new Set(documents.map(({ id }) => id))).toEqual(new Set(catalogue.contexts.map(({ id }) => id)));
  });

  test.each([
    ['newsletter-signup', ['electronic-marketing', 'market-research', 'marketing-reach', 'newsletter', 'personalisation']],
    ['cookies', ['analytics-segmentation', 'precise-location', 'site-improvement', 'site-necessary', 'statistics']],
  ])('%s names exactly what it asks for', (id, purposes) => {
    expect(purposesOf(id)).toEqual(purposes);
  });

  test.each([
    ['business-event', ['event-follow-up', 'likeness-publication', 'newsletter', 'vital-interests']],
    ['order', ['contract', 'due-diligence', 'due-diligence-duty', 'partner-sharing']],
    ['contact', ['partner-sharing', 'service-improvement', 'support']],
    ['complaint', ['contract', 'legal-claims', 'support']],
    ['third-party', ['due-diligence', 'marketing-reach', 'partner-sharing']],
    ['site-visit', ['network-security', 'personalisation', 'site-necessary']],
  ])('%s names what belongs to it', (id, purposes) => {
    expect(purposesOf(id)).toEqual(expect.arrayContaining(purposes));
  });

  test('the portal names every purpose of a person, since all of them are shown and changed there', () => {
    const ofPersons = catalogue.purposes.filter((purpose) => purpose.holder === 'person').map(({ id }) => id);
    expect(purposesOf('portal-login')).toEqual(ofPersons.sort());
  });

  test('what a banner asks is asked of the device: no person’s purpose stands in the cookie notice', () => {
    expect(purposesOf('cookies').map((id) => choiceOf.get(id)!.holder)).toEqual(Array(5).fill('device'));
  });

  test('a consent that runs out after 12 months is described so wherever it is asked for', () => {
    for (const { body, purposes } of documents) {
      if (purposes.some(({ id }) => choiceOf.get(id)!.validMonths === 12)) expect(body).toMatch(/\b12 (månader|måneder|months)\b/);
    }
  });
});

test('every notice says, outside the hash, that it is based on the policy and not its wording', () => {
  for (const { basedOn, document } of catalogue.notices) {
    expect(basedOn).toMatchObject({ version: '1.3', date: '2020-04' });
    expect(basedOn.note).toMatch(/Samtycke/);
    expect(document).not.toHaveProperty('basedOn');
  }
});

test('the short words for portal and forms are one language each', () => {
  const texts = Object.values(catalogue.texts).flatMap((kind) => Object.values(kind) as Record<string, object>[]);
  for (const byLocale of texts) {
    for (const [locale, text] of Object.entries(byLocale)) {
      const words = Object.values(text).join('\n');
      expect(words.match(SAID[locale]!.foreign)?.[0]).toBeUndefined();
      expect(words.match(SAID[locale]!.letters)?.[0]).toBeUndefined();
    }
  }
});
