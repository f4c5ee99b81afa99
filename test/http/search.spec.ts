import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { AUDIT_SETTINGS, readWorld, replay } from '#audit';
import { loadCatalogue } from '#catalogue';
import { createPool, KEYED_LOOKUPS } from '#database';
import { newHolderId } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { loadCatalogueInto } from '#setup';
import { nextVersion, until } from '#testing';
import { followWith } from '../../apps/worker/src/follow-log.js';
import { grantRegister } from '../../apps/worker/src/grants.js';
import { commandLine, type CommandLine } from '../cli/command.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let cli: CommandLine;
const WHY = { 'samtycke-reason': 'case 4711' };
const UNDER = 'purpose=newsletter&notice=newsletter-signup&version=1.3';
const people: string[] = [];
let middle = '';

beforeAll(async () => {
  api = await testApi();
  cli = await commandLine(api.fresh);
  for (let at = 0; at < 9; at += 1) {
    if (at === 5) middle = new Date().toISOString();
    const notice = { ...NEWSLETTER.notice, locale: at % 3 === 0 ? 'da' : 'sv' };
    const capture = { ...NEWSLETTER.capture, point: at % 2 === 0 ? 'site-footer' : 'checkout' };
    const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER, notice, capture }, api.keys['consents:write']).expect(201);
    people.push(body.person as string);
  }
  for (const person of people.slice(0, 2)) await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
  await api.post(`/v1/people/${people[2]}/restrict`, { ground: 'eu-gdpr:A18-1-a' }, api.keys['people:write']).expect(200);
  await follow();
}, 60_000);
afterAll(async () => {
  cli.close();
  await api.close();
});

/** The worker's job, with the rights of its role, until it has come to the end of the log. */
async function follow(): Promise<void> {
  const { pool, id, url } = api.fresh;
  await pool.query(`UPDATE leases SET expires_at = '-infinity'`);
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  while ((await sequencePage(pool, id, fencing)).length > 0);
  const worker = (await new Lease(pool, id, 'worker', newHolderId()).take())?.fencing ?? '';
  const own = createPool({ url, name: 'worker', max: 2, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const over = new AbortController();
  const job = followWith({ pool: own, ledger: id, log: pino({ level: 'silent' }) }, [grantRegister({ pool: own, ledger: id })]).run({ fencing: worker, signal: over.signal, leads: () => true, end: () => over.abort() });
  await until(async () => (await pool.query(`SELECT 1 FROM leases WHERE role = 'grants' AND next = (SELECT count(*) FROM leaves)`)).rowCount === 1, { timeoutMs: 10_000, what: 'the register of consents' });
  over.abort();
  await job;
  await own.end();
}

const search = async (query = '') => (await api.get(`/v1/consents/search?${UNDER}${query}`, api.keys['audit:read'], WHY).expect(200)).body as { consents: { person: string; valid: boolean; endedBy?: string }[]; next?: string; count?: number };
const found = async (query: string): Promise<string[]> => (await search(query)).consents.map(({ person }) => person);

describe('the search of consents', () => {
  test('finds all that were given under a version of a text, with what has become of each', async () => {
    const { consents } = await search();
    expect(consents.map(({ person }) => person)).toEqual(people);
    expect(consents[0]).toMatchObject({
      person: people[0], kind: 'person', purpose: 'newsletter', version: 1, notice: { id: 'newsletter-signup', version: '1.3', locale: 'da' },
      capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' }, valid: false, endedBy: 'consent-withdrawn person',
    });
    expect(await found('&locale=de')).toEqual([]);
  });

  test('narrows by language, time, collection point and whether it holds; what is only restricted still stands', async () => {
    expect(await found('&locale=da')).toEqual([people[0], people[3], people[6]]);
    expect(await found('&point=checkout&context=newsletter-signup')).toEqual([people[1], people[3], people[5], people[7]]);
    expect(await found(`&from=${middle}`)).toEqual(people.slice(5));
    expect(await found(`&to=${middle}`)).toEqual(people.slice(0, 5));
    expect(await found('&valid=true')).toEqual(people.slice(2));
    expect(await found('&valid=false&locale=sv')).toEqual([people[1]]);
  });

  test('gives every consent once, page by page', async () => {
    const all: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = await search(`&limit=2${next && `&cursor=${next}`}`);
      all.push(...page.consents.map(({ person }) => person));
      next = page.next;
    }
    expect(all).toEqual(people);
  });

  test('counts, and leaves a trace of every reading', async () => {
    const { rows: before } = await api.fresh.pool.query('SELECT 1 FROM reads');
    expect(await search('&count=true&point=site-footer')).toMatchObject({ count: 5, valid: 4 });
    const { rows } = await api.fresh.pool.query('SELECT what, reason FROM reads ORDER BY id');
    expect(rows).toHaveLength(before.length + 1);
    expect(rows.at(-1)).toEqual({ what: 'search of consents purpose=newsletter notice=newsletter-signup version=1.3 point=site-footer', reason: 'case 4711' });
  });

  test('shows a consent that was renewed as ended by the one that holds', async () => {
    const [, , , , person] = people;
    await api.post('/v1/consents', { subject: { person }, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale: 'en' } }, api.keys['consents:write']).expect(201);
    await follow();
    const own = (await search()).consents.filter((one) => one.person === person);
    expect(own.map(({ valid, endedBy }) => [valid, endedBy])).toEqual([[false, 'consent-granted'], [true, undefined]]);
  });

  test('refuses who may not, who does not say why, and what it does not understand', async () => {
    await api.get(`/v1/consents/search?${UNDER}`, api.keys['consents:read'], WHY).expect(403);
    await api.get(`/v1/consents/search?${UNDER}`, api.keys['audit:read']).expect(400, /reason_required/);
    for (const wrong of ['purpose=newsletter', `${UNDER}&from=yesterday`, `${UNDER}&valid=maybe`, `${UNDER}&limit=0`, `${UNDER}&cursor=1`, `${UNDER}&cursor=2026-01-01T00:00:00.000000Z_${'-'.repeat(36)}_1`, `${UNDER}&cursor=2026-02-31T00:00:00.000000Z_${randomUUID()}_1`, `${UNDER}&cursor=0000-01-01T00:00:00.000000Z_${randomUUID()}_1`, `${UNDER}&cursor=2026-99-99T00:00:00.000000Z_${randomUUID()}_1`]) {
      await api.get(`/v1/consents/search?${wrong}`, api.keys['audit:read'], WHY).expect(400);
    }
  });

  test('says of a purpose, text, version or context that no catalogue ever had that it is unknown, and leaves no trace of it; one that is out of use is found', async () => {
    const { pool, id } = api.fresh;
    const traces = async () => (await pool.query('SELECT FROM reads')).rowCount;
    const before = await traces();
    const ask = (query: string) => api.get(`/v1/consents/search?${query}`, api.keys['audit:read'], WHY);
    await ask('purpose=newsleter&notice=newsletter-signup&version=1.3').expect(422, /purpose_unknown/);
    await ask('purpose=newsletter&notice=newsleter-signup&version=1.3&count=true').expect(422, /notice_unknown/);
    await ask('purpose=newsletter&notice=newsletter-signup&version=9.9').expect(422, /notice_unknown/);
    await ask(`${UNDER}&context=newsleter-signup`).expect(422, /context_unknown/);
    expect(await traces()).toBe(before);
    const { code, stderr } = await cli.run(['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', '--context', 'newsleter-signup', '--count', '--reason', 'x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no collection context newsleter-signup')]);
    // A later catalogue without the purpose and its context.
    await pool.query(
      `INSERT INTO catalogues (ledger, number, sha256, body) SELECT ledger, number + 1, sha256, (body::jsonb || jsonb_build_object('contexts', '[]'::jsonb, 'purposes', '[]'::jsonb))::text FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1`, [id],
    );
    expect(await search('&context=newsletter-signup&count=true')).toMatchObject({ count: people.length + 1 });
    await pool.query('DELETE FROM catalogues WHERE ledger = $1 AND number = (SELECT max(number) FROM catalogues WHERE ledger = $1)', [id]);
  });

  test('is written by the command line as a table or as objects, and counted', async () => {
    const under = ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', '--reason', 'yearly review'];
    const table = await cli.run([...under, '--locale', 'da', '--format', 'csv']);
    expect(table.code).toBe(0);
    const [head, ...lines] = table.stdout.trim().split('\n');
    expect(head).toMatch(/^person,kind,purpose,version,event,grantedAt/);
    expect(lines.map((line) => line.split(',')[0])).toEqual([people[0], people[3], people[6]]);
    expect((await cli.run([...under, '--valid'])).stdout.trim().split('\n').map((line) => (JSON.parse(line) as { valid: boolean }).valid)).not.toContain(false);
    expect((await cli.run([...under, '--no-valid', '--count'])).stdout).toMatch(/^3 consents, 0 of which hold now/);
    const { rows } = await api.fresh.pool.query(`SELECT what FROM reads WHERE reason = 'yearly review'`);
    expect(rows).toHaveLength(3);
  });

  test('finds a consent that came by a merge, and what a split gives back, as old as it is; a replay makes the same', async () => {
    const under = { notice: { id: 'order', version: '1.3', locale: 'sv' } };
    const say = async (decision: object, subject: object = someone()): Promise<string> => (await api.post('/v1/consents', { subject, decisions: [{ purpose: 'electronic-marketing', ...decision }], ...under }, api.keys['consents:write']).expect(201)).body.person;
    const act = (person: string, what: string, body: object) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write']).expect(200);
    const all = async () => {
      await follow();
      const { body } = await api.get('/v1/consents/search?purpose=electronic-marketing&notice=order&version=1.3', api.keys['audit:read'], WHY).expect(200);
      return (body.consents as { person: string; version: number; valid: boolean; grantedAt: string; endedBy?: string }[]).map(({ person, version, valid, grantedAt, endedBy }) => ({ person, version, valid, grantedAt, endedBy }));
    };
    const giver = await say({ decision: 'grant', channels: ['app', 'sms'] });
    const taker: string = (await api.post('/v1/consents', { subject: someone(), decisions: [{ purpose: 'market-research', decision: 'object' }] }, api.keys['consents:write']).expect(201)).body.person;
    const narrowed = await say({ decision: 'grant', channels: ['app', 'sms'] });
    const lesser = await say({ decision: 'grant', channels: ['app'] });
    const [{ grantedAt } = { grantedAt: '' }] = await all();

    await act(giver, 'merge', { into: taker });
    await act(lesser, 'merge', { into: narrowed });
    const merged = await all();
    expect(merged.filter(({ person }) => person === giver)).toEqual([{ person: giver, version: 1, valid: false, grantedAt, endedBy: 'consent-withdrawn merged' }]);
    expect(merged.filter(({ person }) => person === taker)).toEqual([{ person: taker, version: 1, valid: true, grantedAt, endedBy: undefined }]);

    await act(giver, 'split', {});
    await act(lesser, 'split', {});
    const valid = (await all()).filter((one) => one.valid);
    expect(valid.map(({ person }) => person).sort()).toEqual([giver, narrowed, lesser].sort());
    expect(valid.find(({ person }) => person === giver)).toMatchObject({ version: 3, grantedAt });

    const { url, id, keyring } = api.fresh;
    const pool = createPool({ url, name: 'auditor', max: 4, settings: AUDIT_SETTINGS });
    const problems: object[] = [];
    const place = await replay({ pool, ledger: id, world: await readWorld(pool, id, keyring.origin), problem: (problem) => void problems.push(problem), page: () => undefined });
    await place.drop();
    await pool.end();
    expect(problems.filter((problem) => 'projection' in problem && problem.projection === 'grants')).toEqual([]);
  });

  test('says from the day of a material change on that nothing under the older text holds, before its withdrawals are written', async () => {
    const [{ valid: before = 0 }, count] = [(await search('&count=true')) as { valid?: number }, people.length + 1];
    expect(before).toBeGreaterThan(0);
    const day = new Date(Date.now() - 1_000).toISOString().replace('Z', '000Z');
    await loadCatalogueInto(api.fresh.options, nextVersion(loadCatalogue(), 'newsletter-signup', '1.4', { change: 'material', from: day }), { leadMs: 0 });
    expect(await search('&count=true')).toMatchObject({ count, valid: 0 });
    expect(await found('&valid=true')).toEqual([]);
    expect((await search()).consents.filter(({ valid }) => valid)).toEqual([]);
    const under = ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', '--reason', 'the day after'];
    expect((await cli.run([...under, '--count'])).stdout).toMatch(new RegExp(`^${count} consents, 0 of which hold now`));
  });
});
