import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { definitionOf, loadCatalogue, validateCatalogue, type Catalogue } from '#catalogue';
import { LEDGER_PERSON, type LedgerEvent } from '#contracts';
import { decideOverride } from '#consent';
import { changeConsent, isInUse, newHolderId, nowMicros, personCall, readCatalogue, readDocumentAt, timeText, uuidv7 } from '#ledger';
import { freshLedger, nextVersion, type FreshLedger } from '#testing';
import { loadCatalogueInto } from './load-catalogue.js';
import { noticeImpact } from './notice-impact.js';
import { planCatalogue } from './plan-catalogue.js';

const first = loadCatalogue();
const SIGNUP = 'newsletter-signup';
const FROM = '2031-05-01T00:00:00.000000Z';

let fresh: FreshLedger;
beforeEach(async () => {
  fresh = await freshLedger();
});
afterEach(async () => {
  await fresh.close();
});

const load = (catalogue: Catalogue) => loadCatalogueInto(fresh.options, catalogue, { leadMs: 0 });
const inForce = async () => {
  const catalogue = await readCatalogue(fresh.pool, fresh.id);
  if (!catalogue) throw new Error('no catalogue');
  return catalogue;
};

async function facts(): Promise<LedgerEvent[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [LEDGER_PERSON]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
}

async function grant(purposeId: string, version = '1.3', person = newHolderId(), decision: 'grant' | 'withdraw' = 'grant'): Promise<string> {
  const { purposes, notices } = await inForce();
  const purpose = purposes.get(purposeId);
  if (!purpose) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, notice: notices.get(`${SIGNUP}\n${version}\nsv`), evidence: {} }));
  return person;
}

describe('a further version of a notice', () => {
  test('is published in the ledger’s own stream with its change and effect date, beside catalogue-changed', async () => {
    const next = nextVersion(first, SIGNUP, '1.4', { change: 'material', from: FROM });
    expect(validateCatalogue(next)).toMatchObject({ valid: true });
    const before = (await facts()).length;
    const loaded = await load(next);
    const [changed, published, ...more] = (await facts()).slice(before);
    expect(more).toEqual([]);
    expect(changed).toMatchObject({ type: 'catalogue-changed', purpose: '~ledger', kind: 'ledger', fact: { sha256: loaded.sha256 } });
    expect(published).toMatchObject({ type: 'notice-published', fact: { id: SIGNUP, version: '1.4', change: 'material', from: FROM } });
    expect(published?.after).toBeUndefined();
    expect(await load(next)).toMatchObject({ changed: false });
    expect((await facts()).length).toBe(before + 2);
  });

  test('says whether it is editorial or material, or is refused as a whole', async () => {
    const before = (await facts()).length;
    await expect(load(nextVersion(first, SIGNUP, '1.4', {}))).rejects.toThrow('say whether its change is editorial or material');
    expect((await facts()).length).toBe(before);
    expect((await inForce()).notices.has(`${SIGNUP}\n1.4\nsv`)).toBe(false);
  });

  test('that two loads publish at once counts once, and is not older than itself', async () => {
    const next = nextVersion(first, SIGNUP, '1.4', { change: 'material', from: FROM });
    await Promise.allSettled([load(next), load(next)]);
    const versions = (await inForce()).publications.filter(({ id }) => id === SIGNUP).map(({ version }) => version);
    expect(versions).toEqual(['1.3', '1.4']);
    expect((await inForce()).notices.get(`${SIGNUP}\n1.4\nsv`)?.endsAt).toBeUndefined();
  });

  test('ends the use of the older one on its day, if it is material; both stay readable', async () => {
    await load(nextVersion(first, SIGNUP, '1.4', { change: 'editorial' }));
    await load(nextVersion(first, SIGNUP, '2.0', { change: 'material', from: FROM }));
    const { notices } = await inForce();
    const ends = ['1.3', '1.4', '2.0'].map((version) => notices.get(`${SIGNUP}\n${version}\nsv`)?.endsAt);
    expect(ends).toEqual([FROM, FROM, undefined]);
    expect(isInUse({ endsAt: FROM }, '2031-04-30T23:59:59.999999Z')).toBe(true);
    expect(isInUse({ endsAt: FROM }, FROM)).toBe(false);
  });

  test('that counts already takes no grant under the older one any more, and blocks no withdrawal', async () => {
    const person = await grant('newsletter');
    await load(nextVersion(first, SIGNUP, '2.0', { change: 'material', from: timeText(nowMicros() - 1000) }));
    await expect(grant('newsletter')).rejects.toMatchObject({ code: 'notice_unknown' });
    await grant('newsletter', '2.0');
    await grant('newsletter', '1.3', person, 'withdraw');
    expect(await fresh.reader.heads.load({ person, purpose: 'newsletter' })).toMatchObject({ status: 'withdrawn' });
  });
});

describe('a dry run', () => {
  test('says how many consents of how many people a material change withdraws, and when; it writes nothing', async () => {
    const both = await grant('newsletter');
    await grant('electronic-marketing', '1.3', both);
    const other = await grant('newsletter');
    await grant('newsletter', '1.3', other, 'withdraw');
    await grant('newsletter');
    const next = nextVersion(first, SIGNUP, '1.4', { change: 'material', from: FROM });
    const before = await facts();
    const plan = await planCatalogue(fresh.pool, fresh.id, next);
    expect(plan).toMatchObject({ changed: true, publications: [{ id: SIGNUP, version: '1.4', change: 'material', from: FROM, older: ['1.3'] }] });
    expect(plan.notices).toHaveLength(3);
    const would = { consents: 3, people: 2, purposes: [{ id: 'electronic-marketing', consents: 1 }, { id: 'newsletter', consents: 2 }] };
    expect(await noticeImpact(fresh.pool, fresh.id, { id: SIGNUP, version: '1.4' })).toEqual(would);
    expect(await facts()).toEqual(before);
    await load(next);
    expect(await noticeImpact(fresh.pool, fresh.id, { id: SIGNUP, version: '1.4' })).toEqual({ change: 'material', from: FROM, ...would });
    await grant('newsletter', '1.4', both);
    expect(await noticeImpact(fresh.pool, fresh.id, { id: SIGNUP, version: '1.4' })).toMatchObject({ consents: 2, people: 2 });
  });

  test('an editorial change withdraws none', async () => {
    await grant('newsletter');
    await load(nextVersion(first, SIGNUP, '1.4', { change: 'editorial' }));
    expect(await noticeImpact(fresh.pool, fresh.id, { id: SIGNUP, version: '1.4' })).toMatchObject({ change: 'editorial', consents: 0 });
  });
});

describe('a load that does not come to its end', () => {
  const next = nextVersion(first, SIGNUP, '1.4', { change: 'material', from: FROM });
  const told = { id: SIGNUP, version: '1.4', change: 'material', from: FROM, older: ['1.3'] };
  const refuse = (table: string, check: string) => fresh.pool.query(`ALTER TABLE ${table} ADD CONSTRAINT refused CHECK (${check}) NOT VALID`);
  const accept = (table: string) => fresh.pool.query(`ALTER TABLE ${table} DROP CONSTRAINT refused`);
  const bodyOf = async (number: number) => (await fresh.pool.query<{ body: string }>('SELECT body FROM catalogues WHERE number = $1', [number])).rows[0]?.body ?? '';
  const published = async () => (await facts()).filter(({ type, fact }) => type === 'notice-published' && fact?.version === '1.4');

  test('publishes no version whose text is not there to consent to, and records no catalogue that is not there to be read', async () => {
    await refuse('notices', `version <> '1.4'`);
    await expect(load(next)).rejects.toThrow();
    expect(await published()).toEqual([]);
    await accept('notices');
    await refuse('catalogues', 'number < 2');
    const before = await facts();
    await expect(load(next)).rejects.toThrow();
    expect(await facts()).toEqual(before);
    await accept('catalogues');
    const at = timeText(nowMicros());
    await load(next);
    expect(await readDocumentAt(fresh.pool, fresh.id, at)).toEqual(JSON.parse(await bodyOf(1)));
    expect((await facts()).length).toBe(before.length + 2);
  });

  test('of two at once each has its row beside its event', async () => {
    await Promise.all([load(next), load({ ...structuredClone(next), purposeStates: { 'market-research': 'archived' } })]);
    const recorded = (await facts()).filter(({ type }) => type === 'catalogue-changed').map(({ fact }) => fact?.sha256);
    const { rows } = await fresh.pool.query<{ sha256: string }>('SELECT sha256 FROM catalogues ORDER BY number');
    expect(recorded).toHaveLength(3);
    expect(rows.map(({ sha256 }) => sha256)).toEqual(recorded);
  });

  /** As after a loss: the events came back from Kafka, and the catalogue with the next load. */
  const lost = () => fresh.pool.query('DELETE FROM catalogues WHERE number = 2');

  test('is told of by the next, which publishes nothing twice; the one after that has nothing to tell', async () => {
    await load(next);
    await lost();
    expect(await load(first)).toMatchObject({ changed: false, publications: [told] });
    expect(await planCatalogue(fresh.pool, fresh.id, next)).toMatchObject({ changed: true, publications: [told] });
    expect(await load(next)).toMatchObject({ changed: true, publications: [told] });
    expect(await published()).toHaveLength(1);
    expect(await load(next)).toMatchObject({ changed: false, publications: [] });
    expect(await load({ ...structuredClone(next), purposeStates: { 'market-research': 'archived' } })).toMatchObject({ changed: true, publications: [] });
  });

  test('and has only stored texts has published none of them: the next does', async () => {
    await refuse('events', `type <> 'notice-published'`);
    await expect(load(next)).rejects.toThrow();
    await accept('events');
    expect(await published()).toEqual([]);
    expect(await load(next)).toMatchObject({ changed: true, publications: [told] });
    expect(await published()).toHaveLength(1);
  });
});

describe('drafts and archives', () => {
  test('a draft notice is neither kept nor published, and its text may change until it is', async () => {
    const draft = { ...first, notices: [...first.notices, ...nextVersion(first, SIGNUP, '1.4', { state: 'draft' }).notices.filter(({ document }) => document.id === SIGNUP)] };
    expect(validateCatalogue(draft)).toMatchObject({ valid: true });
    expect(await load(draft)).toMatchObject({ changed: true, newNotices: 0, publications: [] });
    expect((await inForce()).notices.has(`${SIGNUP}\n1.4\nsv`)).toBe(false);
    const active = nextVersion(first, SIGNUP, '1.4', { change: 'editorial' });
    for (const { document } of active.notices) document.body += document.id === SIGNUP ? ' Changed.' : '';
    expect(await load(active)).toMatchObject({ newNotices: 3, publications: [{ version: '1.4', change: 'editorial' }] });
  });

  test('an archived notice is granted under by nobody; what stands under it stays', async () => {
    const person = await grant('newsletter');
    await load({ ...nextVersion(first, SIGNUP, '1.4', { change: 'editorial' }), archivedNotices: [{ id: SIGNUP, version: '1.3' }] });
    await expect(grant('newsletter')).rejects.toMatchObject({ code: 'notice_unknown' });
    expect(await fresh.reader.heads.load({ person, purpose: 'newsletter' })).toMatchObject({ status: 'given', allowed: true });
  });

  test('a draft or archived purpose is granted by nobody, its withdrawal works, and its meaning keeps its hash', async () => {
    const person = await grant('newsletter');
    const states = { newsletter: 'archived', 'market-research': 'draft' } as const;
    await load({ ...structuredClone(first), purposeStates: states });
    for (const purpose of Object.keys(states)) await expect(grant(purpose)).rejects.toMatchObject({ code: 'purpose_not_active', status: 422 });
    await grant('newsletter', '1.3', person, 'withdraw');
    const purpose = first.purposes.find(({ id }) => id === 'newsletter');
    expect((await inForce()).purposes.get('newsletter')).toMatchObject({ state: 'archived', definition: purpose && definitionOf(purpose) });
  });

  const without = (catalogue: Catalogue, id: string): Catalogue => ({ ...structuredClone(catalogue), purposes: catalogue.purposes.filter((purpose) => purpose.id !== id) });
  const withDraft = (id: string): Catalogue => ({ ...structuredClone(first), purposes: [...first.purposes, ...first.purposes.filter((purpose) => purpose.id === 'newsletter').map((purpose) => ({ ...purpose, id }))], purposeStates: { [id]: 'draft' } });

  test('a purpose that was ever in use cannot be dropped, as a draft neither, only archived; what was only ever a draft can go', async () => {
    await expect(load(without(first, 'newsletter'))).rejects.toThrow('purposes that were in use are missing: newsletter. Mark them archived instead');
    await load({ ...structuredClone(first), purposeStates: { newsletter: 'draft' } });
    await expect(load(without(first, 'newsletter'))).rejects.toThrow('purposes that were in use are missing: newsletter');
    await load(withDraft('club-letter'));
    await expect(load(first)).resolves.toMatchObject({ changed: true });
  });

  test('what people have answered is not made an answer to another question: one of the company to one of themselves, one company to its partners, weighed to direct marketing', async () => {
    const changed = (id: string, more: object): Catalogue => ({ ...structuredClone(first), purposes: first.purposes.map((purpose) => (purpose.id === id ? ({ ...purpose, ...more } as typeof purpose) : purpose)) });
    const audit = (more: object): Catalogue => changed('security-audit', more);
    const plan = (catalogue: Catalogue) => planCatalogue(fresh.pool, fresh.id, catalogue);
    const consent = audit({ choice: 'grant-withdraw', basis: 'eu-gdpr:A6-1-a' });
    const [shared, marketing] = [changed('newsletter', { partners: true }), audit({ directMarketing: true })];
    for (const one of [consent, shared, marketing]) await expect(plan(one)).resolves.toMatchObject({ changed: true });
    await grant('newsletter');
    const purposes = [...(await inForce()).purposes.values()];
    const purpose = (await inForce()).purposes.get('security-audit');
    if (!purpose) throw new Error('no purpose');
    const person = newHolderId();
    await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
    await expect(plan(marketing)).resolves.toMatchObject({ changed: true });
    await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'operator', id: 'o' }, purposes, decide: (view) => {
      const outcome = decideOverride({ ground: 'incident' }, view.stream(purpose), purpose, view.recordedAt);
      return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
    } }));
    await expect(plan(consent)).rejects.toThrow('people have said something to purposes that would be asked about in another way, or of others: security-audit. Give what is new an id of its own');
    const group = { id: 'group', name: 'Group', email: 'group@example.se', joint: ['advansor-as'] };
    const withGroup = (joint: string[], controller = 'group'): Catalogue => ({ ...changed('newsletter', { controller }), controllers: [...first.controllers, { ...group, joint }, { id: 'subsidiary', name: 'Subsidiary', email: 'subsidiary@example.se' }] });
    for (const catalogue of [withGroup(['advansor-as']), withGroup([], 'subsidiary')]) await expect(plan(catalogue)).rejects.toThrow('consents stand to purposes that would be those of another company, to which nobody has consented: newsletter.');
    await expect(plan(shared)).rejects.toThrow('consents stand to purposes that would be shared with partners, whom nobody was told of: newsletter.');
    await expect(plan(marketing)).rejects.toThrow('objections are overridden to purposes that would be direct marketing, against which there is no ground: security-audit.');
  });

  test('a draft that somebody has said no to cannot be dropped', async () => {
    await load(withDraft('club-letter'));
    await grant('club-letter', '1.3', newHolderId(), 'withdraw');
    await expect(load(first)).rejects.toThrow('purposes that were in use are missing: club-letter');
  });

  test('a purpose that somebody consents to, active or archived, becomes no draft; once nobody does, it may', async () => {
    const person = await grant('newsletter');
    const drafted: Catalogue = { ...structuredClone(first), purposeStates: { newsletter: 'draft' } };
    await expect(load(drafted)).rejects.toThrow('consents stand to purposes that would be drafts: newsletter. Mark them archived instead');
    await load({ ...structuredClone(first), purposeStates: { newsletter: 'archived' } });
    await expect(load(drafted)).rejects.toThrow('Mark them archived instead');
    await grant('newsletter', '1.3', person, 'withdraw');
    await expect(load(drafted)).resolves.toMatchObject({ changed: true });
  });

  test('what was ever loaded is kept: every catalogue, definition and text', async () => {
    await load(nextVersion(first, SIGNUP, '1.4', { change: 'editorial' }));
    const { rows } = await fresh.pool.query(`SELECT (SELECT count(*)::int FROM catalogues) AS catalogues, (SELECT count(*)::int FROM purposes) AS purposes, (SELECT count(*)::int FROM notices WHERE id = $1) AS texts`, [SIGNUP]);
    expect(rows).toEqual([{ catalogues: 2, purposes: first.purposes.length, texts: 6 }]);
  });
});
