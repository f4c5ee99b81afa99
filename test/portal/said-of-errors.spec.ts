import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Visitor, type Shown } from './visitor.js';
import { portalWorld, type PortalWorld } from './world.js';

const PERSON = '0192f8a0-0000-7000-8000-000000000001';
const EVENT = '0192f8a0-0000-7000-8000-0000000000ea';
const LOOKUP = 'POST /v1/people/lookup';

let world: PortalWorld;
let visitor: Visitor;
beforeAll(async () => {
  world = await portalWorld(() => ({ PORTAL_DEV_SIGNIN: '1' }));
  world.answers.set('GET /v1/purposes', { status: 200, body: { purposes: [{ id: 'newsletter', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', channels: ['email'], texts: {} }] } });
  world.answers.set(`GET /v1/people/${PERSON}/consents`, { status: 200, body: { consents: [] } });
});
afterAll(() => world?.close());
beforeEach(async () => {
  world.answers.set(LOOKUP, { status: 200, body: { person: PERSON } });
  visitor = new Visitor();
  await visitor.open(`${world.url}/sign-in`, { method: 'POST', fields: { who: 'anna@example.se' } });
});

const look = (path: string): Promise<Shown> => visitor.open(world.url + path);
const press = (path: string, fields: Record<string, string>, origin?: string): Promise<Shown> => visitor.open(world.url + path, { method: 'POST', fields, ...(origin && { origin }) });
const said = ({ status, body }: Shown): [number, string?, string?] => [status, /<h1>(.*?)<\/h1>/.exec(body)?.[1], /<p class="lead">(.*?)<\/p>/.exec(body)?.[1]];
const NO = { key: 'key-of-the-no', purpose: 'newsletter', turn: 'off' };

describe('of what is refused is said why, and that nothing has changed', () => {
  test('a form that cannot be read', async () => {
    expect(said(await press('/choices', {}))).toEqual([400, 'Det gick inte att läsa det du skickade', 'Inget har ändrats. Läs in sidan på nytt och försök igen.']);
  });

  test('a form of another site', async () => {
    expect(said(await press('/choices', NO, 'http://www.example.test'))).toEqual([403, 'Det går inte härifrån', 'Det kom inte från portalens egna sidor. Inget har ändrats. Gå till dina val och försök därifrån.']);
  });

  test('what the ledger refuses', async () => {
    world.answers.set(`POST /v1/people/${PERSON}/access`, { status: 410, body: { code: 'person_erased' } });
    expect(said(await press('/rights/download', { key: 'key-of-this-press', form: 'json' }))).toEqual([409, 'Det gick inte att göra så', 'Inget har ändrats. Läget kan vara ett annat än när sidan öppnades: läs in den på nytt och försök igen.']);
  });

  test('a page that is not there', async () => {
    expect(said(await look('/nowhere'))).toEqual([404, 'Här finns ingenting', 'Sidan finns inte, eller så har den flyttat.']);
  });
});

describe('while the ledger is silent', () => {
  beforeEach(async () => {
    await world.pool.query('INSERT INTO portal.decisions (person, seq, purpose, type, occurred_at, recorded_at, event) VALUES ($1, 1, $2, $3, now(), now(), $4) ON CONFLICT DO NOTHING', [PERSON, 'newsletter', 'consent-granted', EVENT]);
    world.answers.set(LOOKUP, { status: 503, body: { code: 'unavailable' } });
  });

  test('of a page that cannot be shown is said that nothing is lost, and not that a fault was noted', async () => {
    expect(said(await look(`/receipts/${EVENT}`))).toEqual([503, 'Tjänsten svarar inte just nu', 'Ingenting har gått förlorat. Försök igen om en stund.']);
  });

  test('of a press that came to nothing is said so', async () => {
    expect(said(await press('/rights/download', { key: 'key-of-this-press', form: 'json' }))).toEqual([503, 'Tjänsten svarar inte just nu', 'Räkna med att det inte gick igenom. Gå tillbaka och försök igen om en stund.']);
  });
});

describe('when the portal itself fails', () => {
  beforeEach(() => world.pool.query('ALTER TABLE portal.waiting RENAME TO put_aside'));
  afterEach(() => world.pool.query('ALTER TABLE portal.put_aside RENAME TO waiting'));

  test('of a page that cannot be shown is said that nothing is lost, and that the fault was noted', async () => {
    expect(said(await look('/'))).toEqual([500, 'Något gick sönder hos oss', 'Ingenting har gått förlorat. Försök igen om en stund. Felet är noterat.']);
  });

  test('of a press is said that it is not to be counted on', async () => {
    expect(said(await press('/choices', NO))).toEqual([500, 'Något gick sönder hos oss', 'Räkna med att det inte gick igenom. Gå tillbaka och försök igen om en stund. Felet är noterat.']);
  });
});
