import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { LogFolder } from '#log-folder';
import { checkpointText } from '#proof';
import { freshLedger, until, type FreshLedger } from '#testing';
import { commandLine, type CommandLine } from './command.js';

let fresh: FreshLedger;
let cli: CommandLine;
beforeAll(async () => {
  fresh = await freshLedger();
  cli = await commandLine(fresh);
});
afterAll(async () => {
  cli.close();
  await fresh.close();
});

const OPTIONS = [
  ['--system', 'old-crm', '--map', 'email=E-post', '--map', 'decision=Status', '--map', 'occurredAt=Datum', '--offset', '+01:00', '--value', 'decision:Ja=grant', '--value', 'decision:Nej=withdraw'],
  ['--set', 'purpose=newsletter', '--set', 'notice.id=newsletter-signup', '--set', 'notice.version=1.3', '--set', 'notice.locale=sv', '--set', 'capture.method=paper'],
].flat();
const events = async (): Promise<number> => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM events WHERE purpose <> '~ledger'`)).rows[0]?.n);
const people = async (): Promise<number> => Number((await fresh.pool.query<{ n: string }>(`SELECT count(*) AS n FROM persons WHERE kind = 'person'`)).rows[0]?.n);

test('an import that is killed goes on when it is run again: every row is in once, every refusal is reported once', async () => {
  const rows = Array.from({ length: 24_000 }, (_, n) => (n % 1000 === 500 ? 'nobody;Ja;2024-03-05 10:00' : `killed.${n}@example.se;${n % 7 === 0 ? 'Nej' : 'Ja'};2024-03-05 10:00`));
  const path = cli.file('killed.csv', `E-post;Status;Datum\n${rows.join('\n')}\n`);
  for (const enough of [2_000, 13_000]) {
    const running = cli.start(['import', path, ...OPTIONS]);
    const ended = once(running, 'exit');
    await until(async () => (await events()) > enough || running.exitCode !== null, { timeoutMs: 50_000, what: 'some rows to be in' });
    running.kill('SIGKILL');
    expect((await ended)[1]).toBe('SIGKILL');
  }
  expect(await events()).toBeLessThan(23_976);
  const { code, stdout, stderr } = await cli.run(['import', path, ...OPTIONS]);
  expect([code, stderr]).toEqual([1, expect.not.stringContaining('example.se')]);
  expect(stdout).toMatch(/^Went on at row \d\d,001: /);
  expect(stdout).toMatch(/23,976 {2}applied/);
  expect([await events(), await people()]).toEqual([23_976, 23_976]);
  const report = readFileSync(`${path}.newsletter.refused.csv`, 'utf8').trim().split('\n');
  expect(report).toHaveLength(25);
  expect(report[1]).toBe('502,invalid_identifier,the field email cannot be read');
  const again = await cli.run(['import', path, ...OPTIONS]);
  expect([again.code, again.stdout]).toEqual([1, expect.stringContaining('imported before (24,000 rows, 24 of them refused); nothing was done')]);
  const other = await cli.run(['import', path, ...OPTIONS, '--set', 'capture.method=phone']);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('begun with another mapping')]);
}, 120_000);

test('an import goes on through a rotation of the keys: no row waits for a key that lies in the keyring', async () => {
  const path = cli.file('rotated.csv', `E-post;Status;Datum\n${Array.from({ length: 30_000 }, (_, n) => `rotated.${n}@example.se;Ja;2024-03-05 10:00`).join('\n')}\n`);
  const before = await events();
  const running = cli.start(['import', path, ...OPTIONS]);
  const ended = once(running, 'exit');
  await until(async () => (await events()) > before + 1_000 || running.exitCode !== null, { timeoutMs: 20_000, what: 'some rows to be in' });
  expect((await cli.run(['keys', 'rotate', 'master'])).code).toBe(0);
  expect(await events()).toBeLessThan(before + 30_000);
  expect((await cli.run(['keys', 'rotate', 'lookup'])).code).toBe(0);
  expect(await ended).toEqual([0, null]);
  expect(await events()).toBe(before + 30_000);
}, 120_000);

test('an import under which a standby takes over that lacks what was signed writes nothing more, and goes on once it has it again', async () => {
  const path = cli.file('standby.csv', `E-post;Status;Datum\n${Array.from({ length: 30_000 }, (_, n) => `standby.${n}@example.se;Ja;2024-03-05 10:00`).join('\n')}\n`);
  const before = await events();
  const running = cli.start(['import', path, ...OPTIONS]);
  const ended = once(running, 'exit');
  await until(async () => (await events()) > before + 1_000 || running.exitCode !== null, { timeoutMs: 20_000, what: 'some rows to be in' });
  const log = new LogFolder(join(cli.folder, 'transparency-log'));
  const { origin } = fresh.keyring;
  await log.writeCheckpoint(`${checkpointText({ origin, size: 1_000_000_000, root: Buffer.alloc(32) })}\n— ${origin} ${Buffer.alloc(68).toString('base64')}\n`);
  const counts: number[] = [];
  await until(async () => counts.push(await events()) > 20 && new Set(counts.slice(-20)).size === 1, { timeoutMs: 30_000, everyMs: 100, what: 'the writing to end' });
  expect(counts.at(-1)).toBeLessThan(before + 30_000);
  await rm(join(cli.folder, 'transparency-log'), { recursive: true });
  expect(await ended).toEqual([0, null]);
  expect(await events()).toBe(before + 30_000);
}, 120_000);

test('a file that is imported for a second purpose leaves the report of the first as it is', async () => {
  const path = cli.file('two.csv', 'E-post;Brev;Undersökning;Datum\nno address;Ja;Ja;2024-03-05 10:00\nboth.purposes@example.se;Ja;Kanske;2024-03-05 10:00\n');
  const rest = OPTIONS.slice(16);
  const run = (purpose: string, column: string) => cli.run(['import', path, '--system', 'old-crm', '--map', 'email=E-post', '--map', `decision=${column}`, '--map', 'occurredAt=Datum', '--offset', '+01:00', '--value', 'decision:Ja=grant', '--set', `purpose=${purpose}`, ...rest]);
  const report = (purpose: string) => readFileSync(`${path}.${purpose}.refused.csv`, 'utf8');
  expect((await run('newsletter', 'Brev')).stdout).toContain(`by line: ${path}.newsletter.refused.csv`);
  const first = report('newsletter');
  expect(first).toMatch(/^line,code,reason\n2,invalid_identifier,[^\n]*\n$/);
  expect((await run('market-research', 'Undersökning')).code).toBe(1);
  expect(report('market-research').match(/^\d,\w+/gm)).toEqual(['2,invalid_identifier', '3,decision_unknown']);
  expect(report('newsletter')).toBe(first);
});

test('a report of millions of refused rows takes no memory when an import goes on', async () => {
  const path = cli.file('many.csv', 'E-post;Status;Datum\nmany.refused@example.se;Ja;2024-03-05 10:00\nno address;Ja;2024-03-05 10:00\n');
  const row = (line: number): string => `${line},evidence_missing,"${'x'.repeat(100)}"\n`;
  cli.file('many.csv.newsletter.refused.csv', `line,code,reason\n1,kept,of an earlier run\n${Array.from({ length: 1_000_000 }, (_, at) => row(at + 2)).join('')}`);
  const { code, stderr } = await cli.run(['import', path, ...OPTIONS], '--max-old-space-size=64');
  expect([code, stderr]).toEqual([1, '']);
  expect(readFileSync(`${path}.newsletter.refused.csv`, 'utf8')).toMatch(/^line,code,reason\n1,kept,of an earlier run\n3,invalid_identifier,[^\n]*\n$/);
});

test('what cannot be read twice is no file to import, and a report takes the place of no file that is imported', async () => {
  await promisify(execFile)('mkfifo', [join(cli.folder, 'pipe.csv')]);
  const text = 'E-post;Status;Datum\nreport.self@example.se;Ja;2024-03-05 10:00\n';
  const path = cli.file('self.csv', text);
  symlinkSync(path, join(cli.folder, 'link.csv'));
  for (const [args, words] of [
    [[join(cli.folder, 'pipe.csv')], 'is no file: an import reads it twice'],
    [[cli.folder], 'is no file: an import reads it twice'],
    [[path, '--report', path], 'is what is imported: the report would take its place'],
    [[path, '--report', join(cli.folder, 'link.csv')], 'is what is imported'],
  ] as const) expect(await cli.run(['import', ...args, ...OPTIONS])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a mapping file, a foreign encoding and a dry run: told in words, exit code 0, nothing written', async () => {
  const mapping = cli.file('mapping.json', JSON.stringify({ columns: { email: 'Kund åäö', decision: 'Status', occurredAt: 'Datum' }, values: { decision: { Ja: 'grant' } }, offset: 'Z', encoding: 'windows-1252' }));
  const path = cli.file('latin.csv', Buffer.from('Kund åäö,Status,Datum\nåsa.latin@example.se,Ja,2024-03-05 10:00\n', 'latin1'));
  const before = await events();
  const { code, stdout } = await cli.run(['import', path, '--system', 'crm', '--mapping', mapping, ...OPTIONS.slice(14), '--dry-run']);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/1 {2}would be applied/)]);
  expect(await events()).toBe(before);
});

test.each([
  [['import', 'nothing.csv', '--system', 'crm'], 'there is no file nothing.csv'],
  [['import', 'package.json'], '--system'],
  [['import', 'package.json', '--system', 'crm', '--map', 'emial=E-post'], 'there is no field "emial"; there are email, phone'],
  [['import', 'package.json', '--system', 'crm', '--value', 'decision=Ja'], 'write it as decision:Ja=grant'],
  [['import', 'package.json', '--system', 'crm', '--mapping', 'package.json'], 'the mapping is wrong: there is no "name"; there are columns, constants'],
  [['import', '.npmrc', '--system', 'crm', '--map', 'email=E-post'], 'the file has no column "E-post"'],
  [['export', 'consents', '--identifiers'], '--identifiers needs --reason'],
  [['export', 'events'], '--reason'],
  [['history', 'x@example.se', '--reason', 'r', '--as-of', 'yesterday'], 'write a time like 2026-11-22T10:00:00Z'],
  [['history', 'x@example.se', '--reason', 'r', '--kind', 'shoe'], 'Allowed choices are email'],
])('%j ends with 2 and one sentence that helps', async (args, sentence) => {
  const { code, stdout, stderr } = await cli.run(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toMatch(/\n {4}at /);
});
