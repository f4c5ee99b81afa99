import { describe, expect, test } from '@jest/globals';
import { loadCatalogue } from './load.js';

const catalogue = loadCatalogue();
const sorted = (list: string[]): string[] => [...list].sort();
const C = 'eu-gdpr:A6-1-a';
const LI = 'eu-gdpr:A6-1-f';

/** The policy's own list: id, basis, choice, holder, and what goes with it. */
const POLICY: [string, string, string, string, Record<string, unknown>?][] = [
  ['newsletter', C, 'grant-withdraw', 'person', { doubleOptIn: true, channels: ['email'] }],
  ['electronic-marketing', C, 'grant-withdraw', 'person', { channels: ['app', 'sms', 'social'] }],
  ['market-research', C, 'grant-withdraw', 'person'],
  ['personalisation', C, 'grant-withdraw', 'person'],
  ['event-follow-up', C, 'grant-withdraw', 'person'],
  ['partner-sharing', C, 'grant-withdraw', 'person', { partners: true }],
  ['likeness-publication', C, 'grant-withdraw', 'person'],
  ['precise-location', C, 'grant-withdraw', 'device', { validMonths: 12 }],
  ['site-improvement', C, 'grant-withdraw', 'device', { validMonths: 12 }],
  ['analytics-segmentation', C, 'grant-withdraw', 'device', { validMonths: 12 }],
  ['statistics', C, 'grant-withdraw', 'device', { validMonths: 12 }],
  ['marketing-reach', LI, 'object-lift', 'person', { directMarketing: true }],
  ['network-security', LI, 'object-lift', 'person', { weighed: true }],
  ['business-administration', LI, 'object-lift', 'person', { weighed: true }],
  ['misuse-prevention', LI, 'object-lift', 'person', { weighed: true }],
  ['due-diligence-duty', 'eu-gdpr:A6-1-c', 'told', 'person'],
  ['due-diligence', LI, 'object-lift', 'person', { weighed: true }],
  ['service-improvement', LI, 'object-lift', 'person', { weighed: true }],
  ['contract', 'eu-gdpr:A6-1-b', 'told', 'person'],
  ['support', 'eu-gdpr:A6-1-b', 'told', 'person', { otherwiseBasis: LI }],
  ['security-audit', LI, 'object-lift', 'person', { weighed: true }],
  ['legal-duties', 'eu-gdpr:A6-1-c', 'told', 'person'],
  ['legal-claims', LI, 'told', 'person'],
  ['vital-interests', 'eu-gdpr:A6-1-d', 'told', 'person'],
  ['site-necessary', LI, 'told', 'device', { localBases: ['se-lek:9-28'] }],
];

describe('the purposes are the 25 of the policy', () => {
  test('there are these and no others', () => {
    expect(sorted(catalogue.purposes.map(({ id }) => id))).toEqual(sorted(POLICY.map(([id]) => id)));
  });

  test.each(POLICY)('%s has the policy’s basis, choice and holder, and nothing that the policy does not give it', (id, basis, choice, holder, more = {}) => {
    const { doubleOptIn, weighed, directMarketing, channels, partners, validMonths, otherwiseBasis, localBases, ...purpose } =
      catalogue.purposes.find((one) => one.id === id)!;
    expect(purpose).toMatchObject({ id, basis, choice, holder, controller: 'advansor-as' });
    const special = { doubleOptIn, weighed, directMarketing, channels, partners, validMonths, otherwiseBasis, localBases };
    expect(JSON.parse(JSON.stringify(special))).toEqual(more);
  });

  test('each says which data it uses, who gets it, how long it is kept and how long proof is kept', () => {
    for (const { categories, recipients, retention, covers, proofMonths } of catalogue.purposes) {
      expect([categories?.length, recipients?.length, covers?.length].every((count) => count !== undefined && count > 0)).toBe(true);
      expect(retention?.longer).toEqual(['law-demands']);
      expect(proofMonths).toBe(24);
    }
  });

  test('what a purpose is made up of is named', () => {
    const covers = (id: string): string[] | undefined => catalogue.purposes.find((one) => one.id === id)?.covers;
    expect(covers('contract')).toEqual(
      ['account-handling', 'app-registration', 'delivery', 'invoicing', 'sales', 'service-messages', 'site-registration', 'warranty'],
    );
    expect(covers('legal-duties')).toEqual([
      'compliance-audits', 'court-orders', 'disclosure-to-authorities', 'inspections', 'insurance-deductions',
      'internal-complaints', 'registration', 'reporting', 'tax-deductions',
    ]);
    expect(covers('misuse-prevention')).toEqual(['breach-of-contract', 'breach-of-policy', 'investigation', 'offences', 'prevention']);
    expect(covers('security-audit')).toEqual(['internal-audits', 'internal-inquiries', 'organisational-security', 'technical-security']);
    expect(covers('service-improvement')).toEqual(['customer-service', 'on-site-training', 'products']);
  });
});

describe('the other facts of the policy are held', () => {
  test('the controller and how to reach it', () => {
    expect(catalogue.controllers).toEqual([
      {
        id: 'advansor-as',
        name: 'Advansor A/S',
        address: { street: 'Rosbjergvej 7A', postalCode: '8220', city: 'Brabrand', country: 'DK' },
        email: 'marketing@advansor.dk',
        phone: '+4570250030',
      },
    ]);
  });

  test('the document, its version, language and reach', () => {
    const [source] = catalogue.sources;
    expect(source).toMatchObject({ version: '1.3', date: '2020-04', language: 'sv', reach: ['company', 'subsidiaries'] });
  });

  test('the contexts in which data is collected, each with a text for the form', () => {
    const ids = ['site-visit', 'order', 'newsletter-signup', 'contact', 'business-event', 'complaint', 'portal-login', 'cookies', 'third-party'];
    expect(catalogue.contexts.map(({ id }) => id)).toEqual(ids);
    expect(catalogue.contexts.find(({ id }) => id === 'business-event')?.covers).toEqual(['trade-event', 'training', 'webinar']);
    expect(catalogue.contexts.find(({ id }) => id === 'third-party')?.covers).toEqual(
      ['joint-marketing-partners', 'other-third-parties', 'public-databases'],
    );
  });

  test('what a person can be to the company', () => {
    expect(catalogue.relations).toEqual(['business-customer', 'consumer', 'contractor', 'other-business-relation', 'partner', 'supplier']);
  });

  test('the data categories, what they hold, and whether they are given or automatic', () => {
    const origin = (kind: string): string[] => catalogue.categories.filter((one) => one.origin === kind).map(({ id }) => id);
    expect(origin('given')).toEqual(['contact', 'credentials', 'likeness', 'uploads', 'bank', 'free-form']);
    expect(origin('automatic')).toEqual(['device', 'usage', 'location', 'other-sources']);
    const holds = (id: string): string[] | undefined => catalogue.categories.find((one) => one.id === id)?.holds;
    expect(holds('contact')).toEqual(['address', 'company', 'country', 'e-mail', 'phone']);
    expect(holds('credentials')).toEqual(['account-login-data', 'login-id', 'other-security-codes', 'password']);
    expect(holds('bank')).toEqual(['customer-bank-account', 'supplier-bank-account']);
    expect(holds('free-form')).toEqual(['comments', 'due-diligence-answers', 'feedback', 'interests', 'opinions', 'reviews']);
    expect(holds('device')).toEqual(
      ['device-settings', 'hardware-model', 'imei', 'ip-address', 'mac-address', 'os-version', 'other-device-ids'],
    );
    expect(holds('location')).toEqual(['bluetooth-beacons', 'ip-address', 'other-location-technology']);
    expect(holds('other-sources')).toEqual(['marketing-partners', 'public-databases']);
  });

  test('the recipients and on what condition they get data', () => {
    expect(Object.fromEntries(catalogue.recipients.map(({ id, conditions }) => [id, conditions]))).toEqual({
      subsidiaries: ['need-to-know'],
      'service-providers': ['provides-a-service-to-the-company'],
      'business-partners': ['offers-services-the-person-wishes'],
      'public-authorities': ['law-demands', 'protects-own-rights'],
      'professional-advisers': ['gives-professional-advice'],
    });
    const kinds = Object.fromEntries(catalogue.recipients.map((one) => [one.id, one.kinds]));
    expect(kinds['service-providers']).toEqual(['consultants', 'electronic-communication-platforms', 'freight', 'ict', 'payment']);
    expect(kinds['professional-advisers']).toEqual(['accountants', 'auditors', 'banks', 'insurers', 'lawyers']);
  });

  test('data may leave the country under technical, organisational and legal safeguards', () => {
    expect(catalogue.transfers).toEqual({ outsideCountryOfFirstStorage: true, safeguards: ['legal', 'organisational', 'technical'] });
  });

  test('the rights, with their form, time and exceptions; a right that only the law names is marked', () => {
    const rights = new Map(catalogue.rights.map((right) => [right.id, right]));
    expect([...rights.values()].filter((right) => right.addedBy === undefined).map(({ id }) => id)).toEqual(
      ['access', 'object', 'rectify', 'restrict', 'erase', 'withdraw-consent', 'complain-to-company', 'complain-to-authority'],
    );
    expect(rights.get('access')?.exceptions).toEqual(['statutory']);
    expect(rights.get('erase')).toMatchObject({ form: 'written-request', time: 'without-undue-delay', exceptions: ['claim', 'contract', 'other-legal-ground'] });
    expect(rights.get('withdraw-consent')?.time).toBe('at-any-time');
    expect(rights.get('complain-to-company')?.contact).toBe('marketing@advansor.dk');
    expect(rights.get('complain-to-authority')).toMatchObject({ time: 'before-during-or-after-the-complaint-to-the-company', authorities: ['datatilsynet', 'imy'] });
  });

  test('what the person and the company answer for', () => {
    expect(catalogue.duties.filter((duty) => duty.of === 'person').map(({ id }) => id)).toEqual(['data-limits-offer', 'data-accuracy', 'third-party-rights']);
    expect(catalogue.duties.filter((duty) => duty.of === 'controller').map(({ id }) => id)).toEqual(
      ['access-exceptions', 'correction', 'transfer-safeguards', 'policy-change', 'consent-bound-to-text'],
    );
    expect(catalogue.duties.find(({ id }) => id === 'third-party-rights')?.confirmedAt).toEqual(['upload']);
    expect(catalogue.duties.find(({ id }) => id === 'data-accuracy')?.covers).toEqual(['complete', 'current', 'right']);
  });

  test('the authorities of Sweden and Denmark', () => {
    const of = (country: string): string[] => catalogue.authorities.filter((one) => one.country === country).map(({ id }) => id);
    expect(of('SE')).toEqual(['imy', 'pts', 'konsumentverket']);
    expect(of('DK')).toEqual(['datatilsynet', 'forbrugerombudsmanden']);
  });
});
