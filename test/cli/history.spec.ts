import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
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

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
const history = (who: string, ...more: string[]) => cli.run(['history', who, '--reason', 'a case', ...more]);

test('what held at a time, as known at a time, is what the api answers, and never changes again', async () => {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER, occurredAt: hoursAgo(48) }, api.keys['consents:backdate']);
  const [asOf, knownAt] = [hoursAgo(24), new Date().toISOString()];
  const ask = async () => [
    JSON.parse((await history(subject.email, '--json', '--as-of', asOf, '--known-at', knownAt)).stdout) as unknown,
    (await api.get(`/v1/people/${body.person}/consents?asOf=${asOf}&knownAt=${knownAt}`, api.keys['consents:read'])).body as unknown,
  ];
  const [first, byApi] = await ask();
  expect(first).toEqual(byApi);
  await api.post('/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], occurredAt: hoursAgo(36) }, api.keys['consents:backdate']).expect(201);
  expect(await ask()).toEqual([first, byApi]);
  const readable = await history(subject.email, '--as-of', asOf);
  expect(readable.stdout).toMatch(/as of .*\n\npurpose +status +allowed/);
  const row = (table: string): string[] => table.split('\n').find((line) => line.startsWith('newsletter ')) ?.split(/ {2,}/) ?? [];
  expect(row(readable.stdout).slice(1, 3)).toEqual(['withdrawn', 'no']);
  expect(row((await history(subject.email, '--as-of', asOf, '--known-at', knownAt)).stdout).slice(1, 3)).toEqual(['given', 'yes']);
});

test('each event says how it came, and with --texts the texts are shown as they were, with their hash', async () => {
  const subject = someone();
  await api.post('/v1/consents', { subject, ...NEWSLETTER, capture: { method: 'form', context: 'newsletter-signup', point: 'site-footer' } }, api.keys['consents:write']).expect(201);
  const { code, stdout } = await history(subject.email, '--texts');
  expect(code).toBe(0);
  expect(stdout).toMatch(/newsletter +consent-granted +given +system:\S+ +form newsletter-signup site-footer +newsletter-signup 1\.3 sv/);
  const { body: notice } = await api.get('/v1/notices/newsletter-signup?version=1.3&locale=sv').expect(200);
  expect(stdout).toContain(`${notice.title} (newsletter-signup 1.3 sv)\nhas the hash that the events name, ${notice.sha256}\n\n${notice.body}`);
  await api.fresh.pool.query(`UPDATE notices SET document = replace(document, 'mejl', 'brev') WHERE id = 'newsletter-signup' AND locale = 'sv'`);
  expect(await history(subject.email, '--texts')).toMatchObject({ code: 1, stdout: expect.stringContaining('DOES NOT have the hash that the events name') });
  const other = someone();
  await api.post('/v1/consents', { subject: other, ...NEWSLETTER, notice: { ...NEWSLETTER.notice, locale: 'da' } }, api.keys['consents:write']).expect(201);
  await api.fresh.pool.query(`DELETE FROM notices WHERE id = 'newsletter-signup' AND locale = 'da'`);
  expect(await history(other.email, '--texts')).toMatchObject({ code: 1, stdout: expect.stringContaining('newsletter-signup 1.3 da: the ledger does not hold this text') });
  expect((await history(subject.email)).code).toBe(0);
});

test('an identifier of somebody who was merged shows his own events below those of the person he became; by his own id his own history is shown, and where it goes on', async () => {
  const [subject, other] = [someone(), someone()];
  const { body: part } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const { body: home } = await api.post('/v1/consents', { subject: other, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await api.post(`/v1/people/${part.person}/merge`, { into: home.person }, api.keys['people:write']).expect(200);
  const belongs = `${part.person}, to whom this identifier belongs, was merged into ${home.person}: that is who is meant, and what was decided before belongs to him\n`;
  const byAddress = await history(subject.email);
  expect(byAddress.stderr).toBe(belongs);
  for (const told of [byAddress, await history(other.email), await history(home.person as string)]) {
    const [own = '', merged = ''] = told.stdout.split(`\n\nPerson ${part.person}, merged into ${home.person}, `);
    expect(own).toMatch(new RegExp(`^Person ${home.person}, \\d+ events? `));
    expect(merged).toMatch(/^\d+ events .*\n\n.*\n1 .* newsletter +consent-granted +given/);
    expect(merged).toContain('newsletter-signup 1.3 sv');
  }
  const people = (await history(subject.email, '--json')).stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { person: string }).person);
  expect([...new Set(people)]).toEqual([home.person, part.person]);
  const { rows } = await api.fresh.pool.query('SELECT what, count(*)::int AS times FROM reads WHERE person = $1 GROUP BY what', [part.person]);
  expect(rows).toEqual([{ what: 'history', times: 4 }]);
  expect((await history(subject.email, '--as-of', new Date().toISOString())).stderr).toBe(belongs);
  const byId = await history(part.person as string);
  expect(byId.stdout).toContain(`Person ${part.person}`);
  expect(byId.stdout).not.toContain(`Person ${home.person}`);
  expect(byId.stderr).toBe(`${part.person} was merged into ${home.person}: what was decided since is there\n`);
});

test('an event that is not what was hashed is marked, said on stderr and in the exit code', async () => {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await api.post('/v1/consents', { subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
  await api.fresh.pool.query(`ALTER TABLE events DISABLE TRIGGER ALL`);
  await api.fresh.pool.query(`UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'site-footer', 'site-header'), 'UTF8') WHERE person = $1`, [body.person]);
  const { code, stdout, stderr } = await history(subject.email);
  expect([code, stdout]).toEqual([1, expect.stringContaining('DAMAGED')]);
  expect(stderr).toContain(`FAILS  person ${body.person}, purpose newsletter, version 2, event 2 of the person: it does not follow the event before it`);
});

test('a reason that would draw lines of its own into the trace is refused, and what stands there is shown as it is', async () => {
  for (const forged of ['case\n2026-01-01', 'case\u001b[2J', 'case \u202e4711']) {
    expect(await cli.run(['reads', '--reason', forged])).toMatchObject({ code: 2, stderr: expect.stringContaining('without control characters') });
    const person = '00000000-0000-4000-8000-000000000001';
    if (!forged.includes('\n') && !forged.includes('\u202e')) continue;
    await api.fresh.pool.query(`INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, $2, now(), 'cli:root', '00000000-0000-0000-0000-000000000000', $3, 'history', $4)`, [api.fresh.id, v7(), person, forged]);
  }
  const { stdout } = await cli.run(['reads', '--reason', 'a case']);
  expect(stdout).toContain('case\\u000a2026-01-01');
  expect(stdout).toContain('case \\u202e4711');
  const key = await api.makeKey({ kind: 'server', owner: 'auditor', scopes: ['audit:read'] });
  const read = (reason: string) => api.get('/v1/people/00000000-0000-4000-8000-000000000001/history', key.secret, { 'samtycke-reason': Buffer.from(reason, 'utf8').toString('latin1') });
  await read('case \u202e4711').expect(400, /reason_unreadable/);
  await read('Åtgärd i ärende 4711').expect(404);
});

test('a disk that is full is said, with exit code 2', async () => {
  const subject = someone();
  await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  expect(await cli.run(['history', subject.email, '--reason', 'a case'], '', '/dev/full')).toMatchObject({ code: 2, stderr: expect.stringMatching(/^samtycke: the output could not be written: .*ENOSPC.*\n$/) });
});

test('the future cannot be known, and nobody is nobody: one sentence, exit code 2', async () => {
  const subject = someone();
  await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  expect(await history(subject.email, '--known-at', hoursAgo(-1))).toEqual({ code: 2, stdout: '', stderr: 'samtycke: nobody knows yet what will be known then\n' });
  expect(await history(subject.email, '--as-of', '2026-02-30')).toMatchObject({ code: 2, stderr: expect.stringContaining('write a time like') });
  expect((await history(subject.email, '--as-of', '2024-02-29')).code).toBe(0);
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']);
  await api.get(`/v1/people/${body.person}/consents?asOf=2026-02-30T00:00:00Z`, api.keys['consents:read']).expect(400);
  expect(await history('nobody@example.se')).toEqual({ code: 2, stdout: '', stderr: 'samtycke: nobody is known under this identifier\n' });
});

test('events and states are shown only after the reading was noted', async () => {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']);
  expect((await history(body.person)).stdout).toMatch(/1 event \([^]*consent-granted/);
  await history(subject.email, '--as-of', hoursAgo(1));
  const { rows } = await api.fresh.pool.query('SELECT what, reason FROM reads WHERE person = $1 ORDER BY id', [body.person]);
  expect(rows).toEqual([{ what: 'history', reason: 'a case' }, { what: 'states', reason: 'a case' }]);
});

test('who read what of somebody, and why, is told: the newest first, page by page, those of whoever was merged into him too; and that it was told is noted', async () => {
  const [subject, other] = [someone(), someone()];
  const { body: part } = await api.post('/v1/consents', { subject: other, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const { body: home } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await api.get(`/v1/people/${part.person}/history`, api.keys['audit:read'], { 'samtycke-reason': 'case 1' }).expect(200);
  await api.post(`/v1/people/${part.person}/merge`, { into: home.person }, api.keys['people:write']).expect(200);
  await api.fresh.pool.query('INSERT INTO merges (ledger, person, into_person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [api.fresh.id, part.person, home.person]);
  await history(subject.email);
  const reads = (...more: string[]) => cli.run(['reads', '--reason', 'an audit', ...more]);
  const first = await reads('--person', subject.email);
  expect([first.code, first.stderr]).toEqual([0, '3 readings\n']);
  const [title, , head, ...rows] = first.stdout.trimEnd().split('\n');
  expect(title).toBe(`Readings of person ${home.person}, the newest first (times in UTC)`);
  expect(head).toMatch(/^read +by +key +whom +what +why$/);
  const byHand = (person: string) => expect.stringMatching(new RegExp(`^2.* cli:\\S+ +- +${person} +history +a case$`));
  expect(rows).toEqual([byHand(part.person), byHand(home.person), expect.stringMatching(new RegExp(`^2.* crm +[0-9a-f]{8} +${part.person} +history +case 1$`))]);
  const many = Array.from({ length: 1_200 }, (_one, at) => v7({ msecs: Date.now() + at }));
  await api.fresh.pool.query(`INSERT INTO reads SELECT $1, id, now(), 'crm', gen_random_uuid(), $3, 'history', 'case ' || at FROM unnest($2::uuid[]) WITH ORDINALITY AS t(id, at)`, [api.fresh.id, many, home.person]);
  const lines = (text: string) => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  const all = lines((await reads('--person', home.person, '--json')).stdout);
  expect(all.map(({ reason }) => reason)).toEqual([...many.map((_id, at) => `case ${1_200 - at}`), 'an audit', 'a case', 'a case', 'case 1']);
  expect(all.at(-4)).toEqual({ readAt: expect.any(String), reader: expect.stringMatching(/^cli:/), person: home.person, what: 'readings', reason: 'an audit' });
  await api.fresh.pool.query(`UPDATE reads SET read_at = '2020-01-01' WHERE person = $1 AND what = 'history'`, [home.person]);
  const since = lines((await reads('--person', home.person, '--since', hoursAgo(1), '--json')).stdout);
  expect(since.map(({ what, person }) => [what, person])).toEqual([['readings', home.person], ['readings', home.person], ['history', part.person], ['history', part.person]]);
  const everybody = lines((await reads('--json')).stdout);
  expect(everybody.length).toBeGreaterThan(1_205);
  expect(lines((await reads('--json')).stdout)[0]).toEqual({ readAt: expect.any(String), reader: expect.stringMatching(/^cli:/), what: 'readings', reason: 'an audit' });
});

test('nothing is read for no reason, whichever command asks: blank or longer than the api takes is refused, and nothing is traced', async () => {
  const read = async (): Promise<string> => (await api.fresh.pool.query<{ n: string }>('SELECT count(*) AS n FROM reads')).rows[0]?.n ?? '';
  const before = await read();
  const commands = [['history', 'x@example.se'], ['proof', 'x@example.se', '--out', 'x.zip'], ['reads'], ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', '--count'], ['export', 'events'], ['export', 'consents', '--identifiers']];
  for (const command of commands) expect(await cli.run([...command, '--reason', ' '])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('say why') });
  expect(await cli.run(['export', 'events', '--reason', 'x'.repeat(201)])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('at most 200 characters') });
  expect(await read()).toBe(before);
}, 60_000);
