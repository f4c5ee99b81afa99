import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { someone } from '../setup/api.js';
import { packWorld, unpack, type PackWorld } from '../pack/world.js';
import { commandLine, type CommandLine } from './command.js';

let world: PackWorld;
let cli: CommandLine;
let person: string;
const subject = someone();
const at = (name: string): string => join(cli.folder, name);

beforeAll(async () => {
  world = await packWorld();
  cli = await commandLine(world.api.fresh);
  person = await world.given(subject);
  await world.publish();
  const pack = await world.fetchPack(person);
  const files = unpack(pack);
  writeFileSync(at('pack.zip'), pack);
  writeFileSync(at('bad.zip'), zipSync({ ...Object.fromEntries(files), 'about.json': Buffer.from('{}') }));
  writeFileSync(at('cut.zip'), pack.subarray(0, 5_000));
  writeFileSync(at('kept.txt'), files.get('checkpoint.txt') ?? '');
  writeFileSync(at('events.ndjson'), (await cli.run(['export', 'events', '--reason', 'a test'])).stdout);
});
afterAll(async () => {
  cli.close();
  await world.close();
});

const key = (): string[] => ['--key', world.api.fresh.keyring.log.verifier];
const WHY = ['--reason', 'a test'];

describe('the exit code of a command', () => {
  test('is 0 where it holds or is done, 1 where it does not hold, and 2 where it was not judged', async () => {
    const codes: [code: number, ...args: string[]][] = [
      [0, 'verify', at('pack.zip'), ...key()],
      [0, '--help'],
      [0, 'verify', '--help'],
      [1, 'verify', at('bad.zip'), ...key()],
      [2, 'verify', at('cut.zip'), ...key()],
      [2, 'verify', at('nowhere.zip'), ...key()],
      [2, 'verify', at('pack.zip'), '--key', 'nonsense'],
      [2, 'verify', '--log', at('no-log'), ...key()],
      [2, 'verify', '--lgo', 'x'],
      [2, 'verfy'],
      [2, 'keys'],
      [2, 'history', 'nobody@example.se', ...WHY],
      [2, 'history', subject.email, ...WHY, '--as-of', '2026-02-30'],
    ];
    for (const [code, ...args] of codes) expect([args, (await cli.run(args)).code]).toEqual([args, code]);
  }, 60_000);

  test('is 2 where what a pack is to be held against cannot be read, which says nothing of the pack', async () => {
    const { checkpoint, events } = (await world.api.get(`/v1/people/${person}/proof?format=json`, world.api.keys['audit:read'], { 'samtycke-reason': 'a test' }).expect(200)).body;
    const junk: [name: string, text: string][] = [
      ['junk.txt', 'junk'],
      ['null.json', 'null'],
      ['no-note.json', JSON.stringify({ checkpoint: 'junk', events: [] })],
      ['no-proof.json', JSON.stringify({ checkpoint, events: [{ ...events[0], hashes: 'x' }] })],
      ['no-event.json', JSON.stringify({ checkpoint, events: [events[0], { ...events[0], entry: Buffer.from('null').toString('base64') }] })],
    ];
    for (const [name, text] of junk) {
      writeFileSync(at(name), text);
      expect([name, await cli.run(['verify', at('pack.zip'), ...key(), '--known', at(name)])]).toEqual([name, { code: 2, stdout: '', stderr: expect.stringContaining(`${at(name)} is neither a pack nor the JSON of …/proof: `) }]);
    }
    writeFileSync(at('empty.zip'), zipSync({ 'about.json': Buffer.from('{}') }));
    expect(await cli.run(['verify', at('pack.zip'), ...key(), '--known', at('empty.zip')])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('checkpoint.txt is missing') });
    expect(await cli.run(['verify', at('pack.zip'), ...key(), '--checkpoint', at('junk.txt')])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${at('junk.txt')} is no signed checkpoint: `) });
    writeFileSync(at('proof.json'), JSON.stringify({ checkpoint, events }));
    expect((await cli.run(['verify', at('pack.zip'), ...key(), '--known', at('proof.json'), '--checkpoint', at('kept.txt')])).code).toBe(0);
  }, 60_000);

  test('is 2 where nothing answers', async () => {
    const away = await commandLine({ ...world.api.fresh, url: 'postgres://nobody:none@127.0.0.1:9/samtycke' });
    expect((await away.run(['held', 'list'])).code).toBe(2);
    away.close();
  });

  test('is explained where the commands are', async () => {
    expect((await cli.run(['--help'])).stdout).toMatch(/Exit codes of every command: 0 it holds, or is done; 1 what was looked at does not hold.*; 2 it was not\njudged/);
  });
});

describe('arguments that contradict each other', () => {
  test('are refused by name, before anything is read', async () => {
    const { rows } = await world.api.fresh.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM reads');
    const search = ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3', ...WHY];
    const refused: [said: string, ...args: string[]][] = [
      [`${at('pack.zip')} and --database do not go together`, 'verify', at('pack.zip'), '--database'],
      ['an evidence pack is verified without --log, --reason: leave them out', 'verify', at('pack.zip'), ...key(), '--log', 'x', ...WHY],
      ['an export of events is verified without --known: leave it out', 'verify', at('events.ndjson'), ...key(), '--checkpoint', at('kept.txt'), '--known', at('pack.zip')],
      ['the database is verified without --known, --api-key: leave them out', 'verify', '--database', '--known', at('pack.zip'), '--api-key', 'x'],
      ['the log is verified without --evidence, --resume: leave them out', 'verify', '--evidence', '--resume', at('place')],
      ['--reason goes with --api-key only', 'verify', '--log', world.api.logDir, ...WHY],
      ['--valid and --no-valid do not go together', ...search, '--valid', '--no-valid'],
      ['--count and --out do not go together', ...search, '--count', '--out', at('x')],
      ['--delimiter goes with --format csv only', ...search, '--delimiter', ';'],
      ['--delimiter goes with --format csv only', 'export', 'consents', '--delimiter', ';'],
      ['--delimiter goes with --format csv only', 'export', 'events', ...WHY, '--delimiter', ';'],
      ['--reason goes with --identifiers only', 'export', 'consents', ...WHY],
      ['--texts and --json do not go together', 'history', subject.email, ...WHY, '--texts', '--json'],
      ['--texts and --as-of do not go together', 'history', subject.email, ...WHY, '--texts', '--as-of', '2026-11-01'],
      ['numbers of letters and --system do not go together', 'dead', 'retry', '1', '--system', 'crm'],
      ['--reason, --since and --all do not go together', 'dead', 'retry', '--reason', 'not-json', '--since', '2026-11-01', '--all'],
      ['ids and --all do not go together', 'held', 'reject', '019ac000-0000-7000-8000-000000000000', '--all'],
      ['events and --all do not go together', 'systems', 'retry', 'crm', '019ac000-0000-7000-8000-000000000000', '--all'],
      ['--site and --scopes do not go together', 'keys', 'create', '--owner', 'x', '--site', '--scopes', 'audit:read'],
      ['--origins goes with --site only', 'keys', 'create', '--owner', 'x', '--scopes', 'audit:read', '--origins', 'https://x.example'],
      [`${at('pack.zip')} and --example do not go together`, 'catalogue', 'load', at('pack.zip'), '--example'],
    ];
    for (const [said, ...args] of refused) expect([args, await cli.run(args)]).toEqual([args, { code: 2, stdout: '', stderr: `samtycke: ${said}\n` }]);
    expect((await world.api.fresh.pool.query('SELECT count(*)::int AS n FROM reads')).rows).toEqual(rows);
  }, 60_000);

  test('a cosigner whose key is given is asked of an export, too', async () => {
    const cosigner = world.api.fresh.keyring.cosigner?.verifier ?? '';
    const verify = (...more: string[]) => cli.run(['verify', at('events.ndjson'), ...key(), '--checkpoint', at('kept.txt'), ...more]);
    expect((await verify('--cosigner', cosigner)).stdout).toMatch(/holds .*\/operator cosigned that it saw the checkpoint/);
    expect(await verify('--cosigner', cosigner.replace('/operator+', '/nobody+'))).toMatchObject({ code: 2, stderr: expect.stringContaining('does not fit') });
  });
});
