import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { closeRight } from '../../apps/cli/src/rights/close.js';
import { readAsked, type Asked } from '../../apps/cli/src/rights/read.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { commandLine, type CommandLine } from './command.js';

let api: TestApi;
let cli: CommandLine;
let worker: ReturnType<typeof followedBy>;
beforeAll(async () => {
  api = await testApi();
  worker = followedBy(api);
  cli = await commandLine(api.fresh);
});
afterAll(async () => {
  cli.close();
  await worker.close();
  await api.close();
});

const rights = (...args: string[]) => cli.run(['rights', ...args, '--reason', 'a case']);
const lines = (text: string): Record<string, unknown>[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
const act = (person: string, what: string, body: object) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write']);
async function known(): Promise<{ person: string; email: string }> {
  const subject = someone();
  const { body } = await api.post('/v1/consents', { subject, ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  return { person: body.person as string, ...subject };
}
async function asked(what: 'complaints' | 'rectify'): Promise<{ person: string; email: string; request: string }> {
  const someBody = await known();
  const { body } = await act(someBody.person, what, { text: 'Ni ringde mig', ...(what === 'complaints' && { country: 'SE' }) });
  await worker.follow();
  return { ...someBody, request: body.right as string };
}

test('list shows what is open, the nearest due date first: by when, what, whose, since when, and what it is named by; never an address', async () => {
  const [late, soon] = [await asked('complaints'), await asked('rectify')];
  await api.fresh.pool.query(`UPDATE rights SET due = now() - interval '50 hours' WHERE event = $1`, [late.request]);
  const answered = await asked('complaints');
  await act(answered.person, `rights/${answered.request}/close`, { outcome: 'answered' }).expect(200);
  await act(soon.person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
  await worker.follow();
  const { stdout, stderr, code } = await rights('list');
  expect(code).toBe(0);
  const table = stdout.split('\n').filter((line) => / (complaint|rectify) /.test(line));
  expect(table).toEqual([
    expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\d  2 days late +complaint +${late.person} +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  ${late.request}$`)),
    expect.stringMatching(new RegExp(`^\\d{4}-\\d\\d-\\d\\d  (29|30|31) days +rectify +${soon.person} .* ${soon.request}$`)),
  ]);
  expect(stdout).not.toContain('example.se');
  expect(stderr).toBe('2 requests, 1 of which is late\n');
  expect(lines((await rights('list', '--json')).stdout)).toEqual([
    { due: expect.any(String), right: 'complaint', person: late.person, askedAt: expect.any(String), request: late.request },
    { due: expect.any(String), right: 'rectify', person: soon.person, askedAt: expect.any(String), request: soon.request },
  ]);
});

test('list tells those of one right, of one person, and those that are due by a day', async () => {
  const one = await asked('complaints');
  const requests = async (...args: string[]): Promise<unknown[]> => lines((await rights('list', '--json', ...args)).stdout).map(({ request }) => request);
  expect(await requests('--person', one.email)).toEqual([one.request]);
  expect(await requests('--person', one.person, '--right', 'rectify')).toEqual([]);
  expect(await requests('--right', 'complaint')).toContain(one.request);
  expect(await requests('--due', '2020-01-01')).toEqual([]);
  expect(await requests('--due', '2999-01-01')).toContain(one.request);
  expect(await cli.run(['rights', 'list', '--right', 'nonsense', '--reason', 'a case'])).toMatchObject({ code: 2, stderr: expect.stringContaining('complaint') });
  const { person } = await known();
  expect((await rights('list', '--person', person, '--right', 'complaint')).stdout).toBe(`No request is open (of person=${person} right=complaint; others were not looked at), as far as the worker has come.\n`);
});

test('close says in the ledger what came of a request, once; who closed it stands in the trace', async () => {
  const { person, request } = await asked('rectify');
  expect(await rights('close', request, '--outcome', 'Sorted out')).toMatchObject({ code: 2, stderr: expect.stringContaining('a code of yours') });
  const { code, stdout } = await rights('close', request, '--outcome', 'done');
  expect([code, stdout]).toEqual([0, `Closed: rectify of ${person}, done. It is in the ledger; lists show it once the worker has come to it.\n`]);
  expect(await rights('close', request, '--outcome', 'refused')).toMatchObject({ code: 2, stdout: '', stderr: 'samtycke: this request is closed\n' });
  const { body } = await api.get(`/v1/people/${person}/rights`, api.keys['people:read']);
  expect(body.rights).toEqual([expect.objectContaining({ event: request, state: 'closed', outcome: 'done' })]);
  await worker.follow();
  expect((await rights('show', request)).stdout).toMatch(/closed .*: done/);
  const { rows } = await api.fresh.pool.query<{ actor: string; traced: string }>(
    `SELECT convert_from(e.bytes, 'UTF8')::jsonb #>> '{actor,id}' AS actor, r.what AS traced FROM events e JOIN reads r ON r.ledger = e.ledger AND r.person = e.person AND r.what LIKE 'right %'
     WHERE e.person = $1 AND e.type = 'right-closed'`, [person]);
  expect(rows).toEqual([{ actor: expect.any(String), traced: `right ${request} closed, as the operator ${rows[0]?.actor}` }]);
  const erased = await asked('complaints');
  await act(erased.person, 'erase', {}).expect(200);
  expect(await rights('close', erased.request, '--outcome', 'done')).toMatchObject({ code: 2, stderr: 'samtycke: this person was erased, and with that the request closed\n' });
});

test('close says it once, also where several say it at once, and nothing of a right that was met as it was asked for', async () => {
  const { person, request } = await asked('complaints');
  const { pool, id: ledger, keyring } = api.fresh;
  const read = async (event: string): Promise<Asked> => {
    const found = await readAsked({ pool, ledger }, event);
    if (!found) throw new Error('the worker has not come to it');
    return found;
  };
  const complaint = await read(request);
  const closings = await Promise.allSettled(Array.from({ length: 5 }, () => closeRight({ pool, ledger, keyring }, complaint, 'done', 'a case')));
  expect(closings.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'closed')).sort()).toEqual(['closed', ...Array<string>(4).fill('right_closed')]);
  const { body } = await act(person, 'restrict', { ground: 'eu-gdpr:A18-1-a' }).expect(200);
  await worker.follow();
  expect(await rights('close', body.right, '--outcome', 'done')).toMatchObject({ code: 2, stderr: 'samtycke: this request is closed\n' });
  const { rows } = await pool.query(`SELECT FROM events WHERE person = $1 AND type = 'right-closed'`, [person]);
  expect(rows).toHaveLength(2);
});

test('show opens what the person wrote, and says how it is closed', async () => {
  const { person, request } = await asked('complaints');
  const { stdout, code } = await rights('show', request);
  expect(code).toBe(0);
  expect(stdout).toContain('Ni ringde mig');
  expect(stdout).toContain(`POST /v1/people/${person}/rights/${request}/close`);
  expect(await rights('show', person)).toMatchObject({ code: 2, stderr: `samtycke: nobody has asked for a right under the id ${person}\n` });
  const closed = await asked('complaints');
  await act(closed.person, `rights/${closed.request}/close`, { outcome: 'answered' }).expect(200);
  await worker.follow();
  expect((await rights('show', closed.request)).stdout).toMatch(/closed .*: answered/);
  await act(person, 'erase', {}).expect(200);
  // Also while what is held of him is still being removed.
  expect((await rights('show', request)).stdout).not.toContain('Ni ringde');
  await worker.follow();
  const erased = await rights('show', request);
  expect(erased.stdout).toContain('erased');
  expect(erased.stdout).not.toContain('Ni ringde');
});

test('each leaves a trace before anything is shown, and without a reason nothing is', async () => {
  const { person, request } = await asked('rectify');
  await api.fresh.pool.query('DELETE FROM reads');
  await rights('list', '--right', 'rectify');
  await rights('list', '--person', person);
  await rights('show', request);
  const { rows } = await api.fresh.pool.query('SELECT person, what, reader, reason FROM reads ORDER BY id');
  const by = { reader: expect.stringMatching(/^cli:/), reason: 'a case' };
  expect(rows).toEqual([
    { person: '00000000-0000-0000-0000-000000000000', what: 'open rights right=rectify', ...by },
    { person, what: 'open rights', ...by },
    { person, what: `evidence ${request} reason-text`, ...by },
  ]);
  for (const args of [['list'], ['show', request]]) expect(await cli.run(['rights', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
});
