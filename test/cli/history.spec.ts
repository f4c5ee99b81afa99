import { afterAll, beforeAll, expect, test } from '@jest/globals';
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
  const { stdout } = await history(subject.email, '--texts');
  expect(stdout).toMatch(/newsletter +consent-granted +given +system:\S+ +form newsletter-signup site-footer +newsletter-signup 1\.3 sv/);
  const { body: notice } = await api.get('/v1/notices/newsletter-signup?version=1.3&locale=sv').expect(200);
  expect(stdout).toContain(`${notice.title} (newsletter-signup 1.3 sv)\nhas the hash that the events name, ${notice.sha256}\n\n${notice.body}`);
  await api.fresh.pool.query(`UPDATE notices SET document = replace(document, 'mejl', 'brev') WHERE id = 'newsletter-signup' AND locale = 'sv'`);
  expect((await history(subject.email, '--texts')).stdout).toContain('DOES NOT have the hash that the events name');
});

test('an identifier of somebody who was merged leads to the person he became; by his own id his own history is shown, and where it goes on', async () => {
  const [subject, other] = [someone(), someone()];
  const { body: part } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  const { body: home } = await api.post('/v1/consents', { subject: other, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  await api.post(`/v1/people/${part.person}/merge`, { into: home.person }, api.keys['people:write']).expect(200);
  const byAddress = await history(subject.email);
  expect(byAddress.stdout).toContain(`Person ${home.person}`);
  expect(byAddress.stderr).toContain(`was merged into ${home.person}: that is who is shown`);
  const byId = await history(part.person as string);
  expect(byId.stdout).toContain(`Person ${part.person}`);
  expect(byId.stderr).toBe(`${part.person} was merged into ${home.person}: what was decided since is there\n`);
});

test('the future cannot be known, and nobody is nobody: one sentence, exit code 1', async () => {
  const subject = someone();
  await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  expect(await history(subject.email, '--known-at', hoursAgo(-1))).toEqual({ code: 1, stdout: '', stderr: 'samtycke: nobody knows yet what will be known then\n' });
  expect(await history('nobody@example.se')).toEqual({ code: 1, stdout: '', stderr: 'samtycke: nobody is known under this identifier\n' });
});

test('events and states are shown only after the reading was noted', async () => {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']);
  expect((await history(body.person)).stdout).toMatch(/1 event \([^]*consent-granted/);
  await history(subject.email, '--as-of', hoursAgo(1));
  const { rows } = await api.fresh.pool.query('SELECT what, reason FROM reads WHERE person = $1 ORDER BY id', [body.person]);
  expect(rows).toEqual([{ what: 'history', reason: 'a case' }, { what: 'states', reason: 'a case' }]);
});

test('nothing is read for no reason, whichever command asks: blank or longer than the api takes is refused, and nothing is traced', async () => {
  const read = async (): Promise<string> => (await api.fresh.pool.query<{ n: string }>('SELECT count(*) AS n FROM reads')).rows[0]?.n ?? '';
  const before = await read();
  const commands = [['history', 'x@example.se'], ['proof', 'x@example.se', '--out', 'x.zip'], ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', '--count'], ['export', 'events'], ['export', 'consents', '--identifiers']];
  for (const command of commands) expect(await cli.run([...command, '--reason', ' '])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('say why') });
  expect(await cli.run(['export', 'events', '--reason', 'x'.repeat(201)])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('at most 200 characters') });
  expect(await read()).toBe(before);
}, 60_000);
