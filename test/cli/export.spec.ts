import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { newHolderId } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { canonicalBytes } from '#proof';
import { until } from '#testing';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { commandLine, type CommandLine } from './command.js';

let api: TestApi;
let cli: CommandLine;
beforeAll(async () => {
  api = await testApi();
  cli = await commandLine(api.fresh);
});
afterAll(async () => {
  cli.close();
  await api.close();
});

const write = async (subject: object, more: object = NEWSLETTER): Promise<string> => (await api.post('/v1/consents', { subject, ...more }, api.keys['consents:write'])).body.person;
const lines = (text: string): Record<string, unknown>[] => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
const lastRead = async () => (await api.fresh.pool.query('SELECT reader, person, what, reason FROM reads ORDER BY id DESC LIMIT 1')).rows[0];
let fencing: string | undefined;
/** Gives indices to what waits, as the one leader of this test. */
async function sequenceAll(): Promise<void> {
  fencing ??= (await new Lease(api.fresh.pool, api.fresh.id, 'relay', newHolderId()).take())?.fencing;
  while ((await sequencePage(api.fresh.pool, api.fresh.id, fencing ?? '')).length > 0);
}

describe('states', () => {
  test('are what the api answers, filtered by purpose and status, and hold no identifier unless one asks for them', async () => {
    const [yes, no] = [someone(), someone()];
    const [given, refused] = [await write(yes), await write(no, { decisions: [{ purpose: 'newsletter', decision: 'refuse' }] })];
    const all = await cli.run(['export', 'consents']);
    expect(all.code).toBe(0);
    expect(all.stdout).not.toContain('@example.se');
    const { recordedAt, kind, person, ...state } = lines(all.stdout).find((row) => row.person === given) ?? {};
    const { body } = await api.get(`/v1/people/${given}/consents`, api.keys['consents:read']);
    expect(state).toEqual(body.consents.find((one: { purpose: string }) => one.purpose === 'newsletter'));
    expect([kind, person, typeof recordedAt]).toEqual(['person', given, 'string']);
    const filtered = lines((await cli.run(['export', 'consents', '--purpose', 'newsletter,statistics', '--status', 'refused'])).stdout);
    expect(filtered.map((row) => row.person)).toEqual([refused]);
  });

  test('with identifiers need a reason, and leave a trace', async () => {
    const subject = someone();
    const person = await write(subject);
    const { stdout } = await cli.run(['export', 'consents', '--purpose', 'newsletter', '--identifiers', '--reason', 'moving house']);
    expect(lines(stdout).find((row) => row.person === person)?.identifiers).toEqual([{ kind: 'email', value: subject.email }]);
    expect(await lastRead()).toMatchObject({ reader: expect.stringMatching(/^cli:/), what: 'export of identifiers purpose=newsletter', reason: 'moving house' });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('with identifiers leave nothing of anybody beside the file where %s ends the command before its end, which exits with 2', async (signal) => {
    await write(someone());
    const place = join(cli.folder, 'told');
    mkdirSync(place);
    const client = await api.fresh.pool.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE identifiers');
    const child = cli.start(['export', 'consents', '--identifiers', '--reason', 'moving house', '--out', join(place, 'all.ndjson')]);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until(() => readdirSync(place).length > 0, { what: 'the draft' });
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number | null];
    await client.query('ROLLBACK');
    client.release();
    expect([code, readdirSync(place), said]).toEqual([2, [], expect.stringMatching(/^samtycke: stopped by SIG\w+ before the end: nothing was written to [^\n]*all\.ndjson\n$/)]);
    rmSync(place, { recursive: true });
  });

  test('with identifiers one of which is damaged have all the others, say whose is left out, and exit with 1', async () => {
    const [whole, damaged] = [someone(), someone()];
    const [one, other] = [await write(whole), await write(damaged)];
    const flip = () => api.fresh.pool.query('UPDATE identifiers SET sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) WHERE person = $1', [other]);
    await flip();
    const { code, stdout, stderr } = await cli.run(['export', 'consents', '--purpose', 'newsletter', '--identifiers', '--reason', 'r']);
    await flip();
    const found = new Map(lines(stdout).map(({ person, identifiers }) => [person, identifiers]));
    expect([code, found.get(one), found.get(other)]).toEqual([1, [{ kind: 'email', value: whole.email }], []]);
    expect(stderr).toContain(`FAILS  person ${other}: its email cannot be opened, it was changed: left out`);
  });

  test('as a table are safe to open in a spreadsheet, and an import reads them back as they were', async () => {
    const customers = ['=HYPERLINK("http://x")', '+46701234567', '-1', '@sum', 'plain, "quoted"'];
    for (const customer of customers) await write({ customer });
    const path = cli.file('states.csv', '');
    const { code, stdout } = await cli.run(['export', 'consents', '--format', 'csv', '--identifiers', '--reason', 'r', '--out', path]);
    expect([code, stdout]).toEqual([0, '']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    for (const cell of text.split(/[,\n]/)) expect(cell.replace(/^"/, '')).not.toMatch(/^[=+@\t\r-]/);
    const imported = await cli.run(['import', path, '--system', 'crm', '--map', 'occurredAt=since', '--map', 'decision=status', '--value', 'decision:given=withdraw', '--value', 'decision:refused=withdraw', '--dry-run']);
    expect(imported.stdout).toMatch(/ 0 {2}would be refused/);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('states.csv.') )).toEqual(['states.csv.dry-run.csv']);
  });

  test('as a table have each of several identifiers of a kind on a line of its own in one cell, by which an import finds the same person', async () => {
    const { secret } = await api.makeKey({ kind: 'server', owner: 'crm', scopes: ['consents:write', 'people:write'] });
    const yes = { decisions: [{ purpose: 'electronic-marketing', decision: 'grant', channels: ['sms'] }], notice: { ...NEWSLETTER.notice, id: 'order' } };
    const named = [{ customer: 'no 17 b' }, { customer: 'no 18' }, { phone: '+46701740611' }, { phone: '+4531123456' }, { portal: 'anna s' }];
    const person = await write(named[0] ?? {}, yes);
    for (const more of named.slice(1)) await api.post('/v1/consents', { subject: { person, ...more }, ...yes }, secret).expect(201);
    const path = cli.file('several.csv', '');
    expect((await cli.run(['export', 'consents', '--purpose', 'electronic-marketing', '--format', 'csv', '--identifiers', '--reason', 'r', '--out', path])).code).toBe(0);
    const [, ...cells] = /,"'([^"]*)","([^"]*)",anna s\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    expect(cells.map((cell) => cell.split('\n').sort())).toEqual([['+4531123456', '+46701740611'], ['no 17 b', 'no 18']]);
    const people = async () => (await api.fresh.pool.query<{ n: string }>('SELECT count(*) AS n FROM persons')).rows[0]?.n;
    const before = await people();
    expect(await cli.run(['import', path, '--system', 'crm', '--map', 'occurredAt=since', '--map', 'decision=status', '--value', 'decision:given=withdraw'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/ 1 {2}applied/) });
    expect(await people()).toBe(before);
    const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
    expect(body.consents.find(({ purpose }: { purpose: string }) => purpose === 'electronic-marketing')).toMatchObject({ status: 'withdrawn' });
  });

  test('need no more memory for a large ledger than for a small one', async () => {
    await api.fresh.pool.query(`INSERT INTO persons SELECT $1, gen_random_uuid(), 'person', 1, 1, 1, 0, '\\x00', NULL FROM generate_series(1, 150000)`, [api.fresh.id]);
    await api.fresh.pool.query(
      `INSERT INTO heads SELECT ledger, person, 'market-research', 1, 'withdrawn', false, NULL, $2 FROM persons WHERE ledger = $1 AND recorded_us = 1`,
      [api.fresh.id, JSON.stringify({ version: 1, status: 'withdrawn', allowed: false, channels: [], since: '2024-03-05T10:00:00.000000Z', filler: 'x'.repeat(400) })],
    );
    const path = cli.file('large.ndjson', '');
    const { code, stderr } = await cli.run(['export', 'consents', '--purpose', 'market-research', '--out', path], '--max-old-space-size=48');
    expect([code, stderr]).toEqual([0, expect.stringContaining('150,000 states')]);
    expect(statSync(path).size).toBeGreaterThan(30_000_000);
    await api.fresh.pool.query('DELETE FROM heads WHERE ledger = $1 AND person IN (SELECT person FROM persons WHERE recorded_us = 1)', [api.fresh.id]);
  }, 90_000);

  test('end quietly when whoever reads them has seen enough', async () => {
    const child = cli.start(['export', 'consents']);
    child.stdout?.destroy();
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('of somebody who others were merged into have their identifiers too, the one by which the consent was given first', async () => {
    const [given, middle, whole] = [someone(), someone(), someone()];
    const refusal = { decisions: [{ purpose: 'market-research', decision: 'refuse' }] };
    const [one, two, three] = [await write(given), await write(middle, refusal), await write(whole, refusal)];
    for (const [person, into] of [[one, two], [two, three]]) expect((await api.post(`/v1/people/${person}/merge`, { into }, api.keys['people:write'])).status).toBe(200);
    const worker = followedBy(api);
    await worker.follow('merges').finally(() => worker.close());
    const exported = async () => (await cli.run(['export', 'consents', '--purpose', 'newsletter,market-research', '--identifiers', '--reason', 'r'])).stdout;
    const stdout = await exported();
    const ofWhole = lines(stdout).filter(({ person }) => person === three);
    const emails = ofWhole.map(({ purpose, status, identifiers }) => [purpose, status, ...(identifiers as { kind: string; value: string }[]).map(({ value }) => value)]);
    const parts = one < two ? [given, middle] : [middle, given];
    expect(emails).toEqual([
      ['market-research', 'refused', whole.email, ...parts.map(({ email }) => email)],
      ['newsletter', 'given', given.email, whole.email, middle.email],
    ]);
    // The list of parts still names whoever is split off now.
    expect((await api.post(`/v1/people/${two}/split`, {}, api.keys['people:write'])).status).toBe(200);
    for (const { person, identifiers } of lines(await exported())) if (person === three) expect(identifiers).toEqual([{ kind: 'email', value: whole.email }]);
  });

  test('of somebody who was erased have no identifier, also while what is held of him is still being removed', async () => {
    const subject = someone();
    const person = await write(subject);
    await api.post(`/v1/people/${person}/erase`, {}, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
    await api.get(`/v1/people/${person}/rectify`, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(410, /person_erased/);
    expect((await api.fresh.pool.query('SELECT FROM identifiers WHERE person = $1', [person])).rowCount).toBe(1);
    const { code, stdout } = await cli.run(['export', 'consents', '--identifiers', '--reason', 'r']);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining(subject.email)]);
  });
});

describe('events of the log', () => {
  const hashOf = (event: LedgerEvent): string => createHash('sha256').update(Buffer.of(0)).update(canonicalBytes(event)).digest('hex');

  test('come in order with index and hash, byte for byte what was hashed; what has no index yet is told, not given', async () => {
    await write(someone());
    await sequenceAll();
    await write(someone());
    const { code, stdout, stderr } = await cli.run(['export', 'events', '--reason', 'audit']);
    const events = lines(stdout) as unknown as { index: number; hash: string; event: LedgerEvent }[];
    expect(code).toBe(0);
    expect(events.map((one) => one.index)).toEqual(events.map((_, at) => at));
    for (const [at, line] of stdout.trim().split('\n').entries()) {
      const one = events[at];
      expect(hashOf(one?.event as LedgerEvent)).toBe(one?.hash);
      expect(line).toBe(`{"index":${at},"hash":"${one?.hash}","event":${Buffer.from(canonicalBytes(one?.event as LedgerEvent)).toString()}}`);
    }
    expect(stderr).toMatch(/1 newer one has no index yet/);
    expect(await lastRead()).toMatchObject({ what: `export of events 0 to ${events.length - 1}`, reason: 'audit', person: '00000000-0000-0000-0000-000000000000' });
  });

  test('are cut by index or by time, both ends included', async () => {
    await sequenceAll();
    const all = lines((await cli.run(['export', 'events', '--reason', 'r'])).stdout) as { index: number; event: LedgerEvent }[];
    const [from, to] = [all[2], all[4]];
    const byIndex = lines((await cli.run(['export', 'events', '--reason', 'r', '--from', '2', '--to', '4'])).stdout);
    const byTime = lines((await cli.run(['export', 'events', '--reason', 'r', '--from', from?.event.recordedAt ?? '', '--to', to?.event.recordedAt ?? ''])).stdout);
    expect(byIndex.map((one) => one.index)).toEqual([2, 3, 4]);
    expect(byTime).toEqual(all.filter(({ event }) => event.recordedAt >= (from?.event.recordedAt ?? '') && event.recordedAt <= (to?.event.recordedAt ?? '')));
    const until = async (end: string) => lines((await cli.run(['export', 'events', '--reason', 'r', '--to', end])).stdout).map(({ index }) => index);
    const moment = to?.event.recordedAt ?? '';
    for (const end of [`${moment.slice(0, 19)}Z`, `${moment.slice(0, 16)}Z`, moment.slice(0, 10)]) expect(await until(end)).toContain(4);
    expect(await cli.run(['export', 'events', '--reason', 'r', '--to', '2026-02-31'])).toMatchObject({ code: 2, stderr: expect.stringContaining('write a time like') });
    const table = (await cli.run(['export', 'events', '--reason', 'r', '--from', '2', '--to', '4', '--format', 'csv'])).stdout.split('\n');
    expect([table[0]?.startsWith('index,hash,event,type,person'), table.length]).toEqual([true, 5]);
  });
});

test('an export ends before an event that was removed, the only one of its person too: it says at which index, and exits with 1', async () => {
  const { pool } = api.fresh;
  const [person] = [await write(someone()), await write(someone())];
  await sequenceAll();
  const index = Number((await pool.query<{ idx: string }>('SELECT max(idx) AS idx FROM leaves WHERE person = $1', [person])).rows[0]?.idx);
  await pool.query('ALTER TABLE events DISABLE TRIGGER ALL');
  await pool.query('CREATE TABLE kept_events AS SELECT * FROM events WHERE person = $1', [person]);
  await pool.query('DELETE FROM events WHERE person = $1', [person]);
  const { code, stdout, stderr } = await cli.run(['export', 'events', '--reason', 'audit']);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`index ${index} of the log: there is no event. The export ends before it`)]);
  expect(lines(stdout).at(-1)).toMatchObject({ index: index - 1 });
  expect((await cli.run(['export', 'events', '--reason', 'audit', '--from', String(index + 1)])).code).toBe(0);
  await pool.query('INSERT INTO events SELECT * FROM kept_events');
  await pool.query('ALTER TABLE events ENABLE TRIGGER ALL');
});

describe('what is written wrong', () => {
  test.each([
    ['a purpose of an export', ['export', 'consents', '--purpose', 'newsletter,nope'], 'the catalogue has no purpose nope'],
    ['a purpose of an export of events', ['export', 'events', '--purpose', 'nope', '--reason', 'a test'], 'the catalogue has no purpose nope'],
    ['a purpose of a search', ['search', '--purpose', 'nope', '--notice', 'newsletter-signup', '--version', '1.3', '--reason', 'a test'], 'the catalogue has no purpose nope'],
    ['a text of a search', ['search', '--purpose', 'newsletter', '--notice', 'nope', '--version', '1.3', '--reason', 'a test'], 'the catalogue has no text nope'],
    ['a version of a search', ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '9', '--reason', 'a test'], 'the text newsletter-signup has no version 9; it has 1.3'],
    ['a purpose of a key', ['keys', 'create', '--owner', 'shop', '--site', '--origins', 'https://www.example.se', '--purposes', 'newsletter,nope'], 'the catalogue has no purpose nope'],
    ['a file', ['verify', 'nowhere.zip', '--key', 'x'], 'there is no file'],
    ['an option', ['keys', 'create', '--ownr', 'shop'], '(samtycke keys create --help tells what there is)'],
  ])('is said and is no answer: %s', async (_, line, words) => {
    const before = await lastRead();
    const { code, stdout, stderr } = await cli.run(line);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expect(await lastRead()).toEqual(before);
  });
});
