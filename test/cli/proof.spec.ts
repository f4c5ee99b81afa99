import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { LEDGER_PERSON, type LedgerEvent } from '#contracts';
import { canonicalBytes, leafHash } from '#proof';
import { createKeyring, sha256 } from '#vault';
import { someone } from '../setup/api.js';
import { packWorld, unpack, type PackWorld } from '../pack/world.js';
import { commandLine, type CommandLine } from './command.js';

let world: PackWorld;
let cli: CommandLine;
let person: string;
const subject = someone();
const WHY = ['--reason', 'case 4711'];
const at = (name: string): string => join(cli.folder, name);
const log = (): string[] => ['--log', world.api.logDir];
const trust = (): string[] => ['--key', world.api.fresh.keyring.log.verifier, '--cosigner', world.api.fresh.keyring.cosigner?.verifier ?? ''];

beforeAll(async () => {
  world = await packWorld();
  cli = await commandLine(world.api.fresh);
  person = await world.given(subject);
  await world.publish();
  writeFileSync(at('kept.txt'), (await world.api.get('/log/checkpoint').expect(200)).text);
  await world.given();
  await world.publish();
  await world.decide(person, 'withdraw');
  await world.publish();
});
afterAll(async () => {
  cli.close();
  await world.close();
});

describe('samtycke proof', () => {
  test('makes a pack that only its owner reads, notes who made it and why, and samtycke verify says in plain words what holds', async () => {
    const made = await cli.run(['proof', subject.email, ...WHY, ...log(), '--out', at('pack.zip'), '--open', 'identifier']);
    expect(made).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining(`2 events of ${person}`) });
    expect(statSync(at('pack.zip')).mode & 0o777).toBe(0o600);
    const { rows } = await world.api.fresh.pool.query('SELECT what, reason, reader FROM reads WHERE person = $1', [person]);
    expect(rows).toEqual([{ what: 'evidence pack, opened: identifier', reason: 'case 4711', reader: expect.stringMatching(/^cli:/) }]);
    const verified = await cli.run(['verify', at('pack.zip'), ...trust(), '--checkpoint', at('kept.txt'), '--known', at('pack.zip')]);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).not.toMatch(/FAILS|open {3}/);
    expect(verified.stdout).toMatch(/newsletter, version 1: consent-granted, shown newsletter-signup 1.3 \(sv\) {2}\[log index \d+\]\n.*newsletter, version 2: consent-withdrawn/);
  });

  test('refuses what it cannot make, and leaves no file', async () => {
    expect(await cli.run(['proof', subject.email, '--out', at('x.zip')])).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
    expect(await cli.run(['proof', subject.email, ...WHY, '--out', at('x.zip'), '--open', 'everything'])).toMatchObject({ code: 2, stderr: expect.stringContaining('or all') });
    expect(await cli.run(['proof', 'nobody@example.se', ...WHY, '--out', at('x.zip')])).toMatchObject({ code: 2, stderr: expect.stringContaining('nobody is known') });
    expect(await cli.run(['proof', person, ...WHY, '--log', at('no-log'), '--out', at('x.zip')])).toMatchObject({ code: 2, stderr: expect.stringContaining('no checkpoint was signed yet: is the relay running?') });
    expect(() => statSync(at('x.zip'))).toThrow('ENOENT');
  }, 180_000);

  test('leaves alone what is no file, and follows a link to where it leads', async () => {
    await promisify(execFile)('mkfifo', [at('fifo')]);
    const proof = (out: string) => cli.run(['proof', person, ...WHY, ...log(), '--out', at(out)]);
    expect(await proof('fifo')).toMatchObject({ code: 2, stderr: `samtycke: ${at('fifo')} is no file: nothing was written there\n` });
    expect(statSync(at('fifo')).isFIFO()).toBe(true);
    mkdirSync(at('elsewhere'));
    symlinkSync(join('elsewhere', 'pack.zip'), at('link'));
    for (let time = 0; time < 2; time += 1) {
      expect((await proof('link')).code).toBe(0);
      expect([lstatSync(at('link')).isSymbolicLink(), statSync(at('elsewhere/pack.zip')).isFile()]).toEqual([true, true]);
    }
  });

  test('signs nothing of somebody whose events are not what was hashed, and says which', async () => {
    const { pool } = world.api.fresh;
    const victim = await world.given();
    await world.publish();
    await pool.query('CREATE TABLE kept_leaves AS SELECT * FROM leaves WHERE person = $1', [victim]);
    await pool.query('CREATE TABLE kept_events AS SELECT * FROM events WHERE person = $1', [victim]);
    await pool.query('ALTER TABLE events DISABLE TRIGGER ALL');
    await pool.query(`UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'site-footer', 'site-header'), 'UTF8') WHERE person = $1`, [victim]);
    const refused = async (what: string) =>
      expect(await cli.run(['proof', victim, ...WHY, ...log(), '--out', at('victim.zip')])).toMatchObject({ code: 1, stderr: expect.stringContaining(`person ${victim}, purpose newsletter, version 1: ${what}. No pack is signed`) });
    await refused('its bytes are not what was hashed');
    await world.api.get(`/v1/people/${victim}/proof`, world.api.keys['audit:read'], { 'samtycke-reason': 'case 4711' }).expect(500, /chain_damaged/);
    const exported = await cli.run(['export', 'events', ...WHY, '--out', at('events.ndjson')]);
    expect(exported).toMatchObject({ code: 1, stderr: expect.stringMatching(new RegExp(`person ${victim}, purpose newsletter, version 1, index \\d+ of the log: its bytes are not what was hashed`)) });
    await pool.query(`UPDATE leaves l SET hash = sha256('\\x00'::bytea || e.bytes) FROM events e WHERE e.person = l.person AND e.seq = l.seq AND l.person = $1`, [victim]);
    await refused('the signed log has another event at its index');
    await pool.query('UPDATE events e SET bytes = k.bytes FROM kept_events k WHERE e.person = k.person AND e.seq = k.seq');
    await pool.query('UPDATE leaves l SET hash = k.hash FROM kept_leaves k WHERE l.idx = k.idx');
    await pool.query('ALTER TABLE events ENABLE TRIGGER ALL');
  });
});

test('on a database that is behind its log neither a pack nor identifiers leave: what was erased since the backup would', async () => {
  const { pool, id } = world.api.fresh;
  await pool.query(`INSERT INTO leases VALUES ($1, 'recover', gen_random_uuid(), 0, 'infinity', 0)`, [id]);
  const reads = async (): Promise<string> => (await pool.query<{ count: string }>('SELECT count(*) FROM reads')).rows[0]?.count ?? '';
  const before = await reads();
  for (const command of [['proof', subject.email, ...WHY, ...log(), '--out', at('behind.zip')], ['export', 'consents', '--identifiers', ...WHY]]) {
    expect(await cli.run(command)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('samtycke recover') });
  }
  expect(() => statSync(at('behind.zip'))).toThrow('ENOENT');
  expect(await reads()).toBe(before);
  await pool.query(`DELETE FROM leases WHERE role = 'recover'`);
});

describe('samtycke verify', () => {
  test('says of a pack about merged people whose each event is, who was merged into whom, and which right was exercised', async () => {
    const [one, other] = [await world.given(), await world.given()];
    const write = world.api.keys['people:write'];
    await world.api.post(`/v1/people/${one}/complaints`, { text: 'No answer' }, write).expect(201);
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, write).expect(200);
    await world.publish();
    writeFileSync(at('merged.zip'), await world.fetchPack(other));
    const { code, stdout } = await cli.run(['verify', at('merged.zip'), ...trust()]);
    expect(code).toBe(0);
    const [, own = '', part = ''] = stdout.split(/\nperson /);
    expect(own).toMatch(new RegExp(`^${other}:\n.* newsletter, version 1: consent-granted`));
    expect(part).toMatch(new RegExp(`^${one}, merged into ${other}:\n`));
    expect(part).toMatch(/the whole person, version 1: right-requested \(right: complaint; to be answered by 20\d\d-\d\d-\d\d\)/);
    expect(part).toContain(`person-merged (merged into ${other})`);
    expect(part).not.toContain('version 1: person-merged (undefined');
  });

  test('names file, person, purpose and version of what does not hold, with exit code 1, and believes no key but the one it is given', async () => {
    const files = unpack(readFileSync(at('pack.zip')));
    const events = Buffer.from(files.get(`events/${person}.ndjson`) ?? []).toString().replace('site-footer', 'site-header');
    writeFileSync(at('bad.zip'), zipSync({ ...Object.fromEntries(files), [`events/${person}.ndjson`]: Buffer.from(events) }));
    const bad = await cli.run(['verify', at('bad.zip'), ...trust()]);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain(`FAILS  the file events/${person}.ndjson is not the one that was put into the pack`);
    expect(bad.stdout).toContain(`(person ${person}, purpose newsletter, version 1, event 1)`);
    expect(bad.stdout).not.toContain('So it is shown');
    const other = createKeyring(world.api.fresh.keyring.origin).log.verifier;
    expect(await cli.run(['verify', at('pack.zip'), '--key', other])).toMatchObject({ code: 1, stdout: expect.stringContaining('not signed by the key') });
    expect(await cli.run(['verify', at('pack.zip'), '--key', 'nonsense'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no verifier key') });
    writeFileSync(at('cut.zip'), readFileSync(at('pack.zip')).subarray(0, 5_000));
    expect(await cli.run(['verify', at('cut.zip'), ...trust()])).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be unpacked') });
  });

  test('takes a zip in which one name stands for two files for no pack', async () => {
    const twice = Buffer.from(zipSync({ 'a.txt': Buffer.from('one'), 'b.txt': Buffer.from('two') })).toString('latin1').replaceAll('b.txt', 'a.txt');
    writeFileSync(at('twice.zip'), Buffer.from(twice, 'latin1'));
    expect(await cli.run(['verify', at('twice.zip'), ...trust()])).toMatchObject({ code: 2, stderr: expect.stringContaining('a.txt twice') });
  });

  test('asks each cosigner whose key is given by itself, of a pack and of the log, and says of none that it signed who did not', async () => {
    const witness = createKeyring('witness.example/ledger').cosigner?.verifier ?? '';
    const operator = world.api.fresh.keyring.cosigner?.verifier.split('+')[0];
    const keys = ['--key', world.api.fresh.keyring.log.verifier, '--cosigner', witness, '--cosigner', world.api.fresh.keyring.cosigner?.verifier ?? ''];
    const outcomes: [code: number, label: string, what: string[]][] = [[2, 'open', [at('pack.zip')]], [1, 'FAILS', log()]];
    for (const [expected, label, what] of outcomes) {
      const { code, stdout } = await cli.run(['verify', ...what, ...keys]);
      expect(code).toBe(expected);
      expect(stdout).toMatch(new RegExp(`^${label} {2}.*witness\\.example/ledger/operator`, 'm'));
      expect(stdout).toContain(`holds  ${operator} cosigned that it saw the checkpoint`);
      expect(stdout.match(/FAILS/g) ?? []).toHaveLength(label === 'FAILS' ? 1 : 0);
    }
  });

  test('of a pack that was made before a witness had signed says that this was not judged, and how to get it; what holds beside it is shown, and what does not hold is said first of all', async () => {
    const witness = createKeyring('witness.example/ledger').cosigner?.verifier ?? '';
    const keys = ['--key', world.api.fresh.keyring.log.verifier, '--cosigner', witness];
    const { code, stdout, stderr } = await cli.run(['verify', at('pack.zip'), ...keys]);
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toContain('open   the pack holds no cosignature by witness.example/ledger/operator: ask for a pack that is made after it signed\n');
    expect(stdout).toContain('So it is shown that:');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Not judged, though you asked: .*witness\.example\/ledger\/operator/);
    const files = Object.fromEntries(unpack(readFileSync(at('pack.zip'))));
    writeFileSync(at('wrong.zip'), zipSync({ ...files, 'about.json': Buffer.from('{}') }));
    expect(await cli.run(['verify', at('wrong.zip'), ...keys])).toMatchObject({ code: 1 });
  });

  test('says of a kept checkpoint that is newer than the pack that it was not judged: that the rest holds is no answer to it', async () => {
    await cli.run(['proof', subject.email, ...WHY, ...log(), '--out', at('older.zip')]);
    await world.given();
    await world.publish();
    writeFileSync(at('newer.txt'), (await world.api.get('/log/checkpoint').expect(200)).text);
    const { code, stdout } = await cli.run(['verify', at('older.zip'), ...trust(), '--checkpoint', at('newer.txt')]);
    expect(code).toBe(2);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Not judged, though you asked: the kept checkpoint over \d+ events is newer than this pack, .*: ask for a newer pack$/);
  });

  test('a cosignature that stands in a pack under the name of the one who was asked, and is not his, makes the pack wrong', async () => {
    const other = createKeyring(world.api.fresh.keyring.origin).cosigner?.verifier ?? '';
    const { code, stdout } = await cli.run(['verify', at('pack.zip'), '--key', world.api.fresh.keyring.log.verifier, '--cosigner', other]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('FAILS  checkpoint.txt is not cosigned by')]);
  });

  test('shows what a terminal would obey in the name of a file, instead of sending it there', async () => {
    const files = Object.fromEntries(unpack(readFileSync(at('pack.zip'))));
    writeFileSync(at('named.zip'), zipSync({ ...files, 'a\u202efdp\u009b2J': Buffer.from('x') }));
    const { code, stdout } = await cli.run(['verify', at('named.zip'), ...trust()]);
    expect([code, stdout]).toEqual([1, expect.stringContaining('FAILS  the file a\\u202efdp\\u009b2J is not in the manifest')]);
    expect(stdout).not.toMatch(/[\u0080-\u009f\u202e]/);
  });

  test('takes an export of any size for one, and no line that says more than was hashed', async () => {
    const large = cli.file('large.ndjson', 'nonsense\n');
    truncateSync(large, 3 * 2 ** 30);
    expect(await cli.run(['verify', large, ...trust(), '--checkpoint', at('kept.txt')])).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1 is no event') });
    rmSync(large);
    const [line = ''] = (await cli.run(['export', 'events', ...WHY])).stdout.split('\n');
    for (const more of [line.replace('"event":{', '"event":{"type":"person-erased",'), line.replace('{', '{"note":1,'), line.replace('{', '{"hash":"0",')]) {
      const file = cli.file('more.ndjson', `${more}\n`);
      expect(await cli.run(['verify', file, ...trust(), '--checkpoint', at('kept.txt')])).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1 is no event') });
    }
  });

  test('verifies a whole export against a kept checkpoint, and finds a changed line, a missing one and a missing end', async () => {
    const exported = await cli.run(['export', 'events', ...WHY]);
    const checkpoint = at('now.txt');
    writeFileSync(checkpoint, (await world.api.get('/log/checkpoint').expect(200)).text);
    const verify = async (text: string): Promise<{ code: number | null; stdout: string; stderr: string }> => cli.run(['verify', cli.file('events.ndjson', text), ...trust(), '--checkpoint', checkpoint]);
    const whole = await verify(exported.stdout);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining('have the root that was signed') });
    expect(whole.stdout).toContain('are whole');
    const lines = exported.stdout.trimEnd().split('\n');
    const of = (rows: string[]): string => `${rows.join('\n')}\n`;
    expect(await verify(of(lines.map((line) => line.replace('site-footer', 'site-header'))))).toMatchObject({ code: 1, stdout: expect.stringContaining('is not the one that was hashed') });
    expect(await verify(of(lines.filter((_, row) => row !== 2)))).toMatchObject({ code: 1, stdout: expect.stringContaining('after index 1 comes 3: events are missing') });
    expect(await verify(of(lines.slice(0, -1)))).toMatchObject({ code: 1, stdout: expect.stringContaining('the end is missing') });
    const short = cli.file('short.ndjson', of(lines.slice(0, -1)));
    const each = await cli.run(['verify', short, ...trust(), '--checkpoint', at('kept.txt'), '--checkpoint', checkpoint]);
    expect(each).toMatchObject({ code: 1, stdout: expect.stringMatching(/kept\.txt:\n(?:(?:holds|open ) .*\n)+By the checkpoint in .*now\.txt:\n[^]*the end is missing/) });
    expect(await verify(of(lines.map((line, row) => line.replace(/"index":\d+/, `"index":${row - 1}`))))).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1 is no event') });
    expect(await verify('nonsense\n')).toMatchObject({ code: 2, stderr: expect.stringContaining('line 1 is no event') });
    expect(lines[0]).toContain(LEDGER_PERSON);
  });

  test('says of an export which events the signed root does not cover, and that nothing is shown where it covers none', async () => {
    const lines = (await cli.run(['export', 'events', ...WHY])).stdout.trimEnd().split('\n');
    const size = Number(readFileSync(at('kept.txt'), 'utf8').split('\n')[1]);
    const own = (line: string): string => {
      const { index, event } = JSON.parse(line) as { index: number; event: LedgerEvent };
      const changed = { ...event, ledger: 'consent.elsewhere.test/ledger', prev: undefined };
      return JSON.stringify({ index, hash: Buffer.from(leafHash(sha256, canonicalBytes(changed))).toString('hex'), event: changed });
    };
    const verify = async (rows: string[]) => cli.run(['verify', cli.file('own.ndjson', `${rows.join('\n')}\n`), ...trust(), '--checkpoint', at('kept.txt')]);
    const tail = await verify([...lines.slice(0, size), ...lines.slice(size).map(own)]);
    expect(tail).toMatchObject({ code: 0, stdout: expect.stringContaining(`open   the checkpoint does not commit to the ${lines.length - size} events from index ${size} on: nothing shows that they stand in the log`) });
    expect(tail.stdout).toMatch(new RegExp(`holds {2}the \\d+ chains in the first ${size} events, one for each person, are whole`));
    const part = await verify(lines.slice(1).map(own));
    expect(part.code).toBe(1);
    expect(part.stdout.trimEnd().split('\n').at(-2)).toBe('FAILS  the export begins at index 1, not at 0: no event of it was held against the root that was signed, so nothing shows that they stand in the log');
  });
});
