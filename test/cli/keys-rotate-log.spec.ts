import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { LEDGER_PERSON } from '#contracts';
import { parseVerifier, signKeyChange } from '#proof';
import { createKeyring, readKeyring, sha256, signerOf, type SigningKey } from '#vault';
import { exportCommand } from '../../apps/cli/src/commands/export.js';
import { keysCommand } from '../../apps/cli/src/commands/keys.js';
import { recoverCommand } from '../../apps/cli/src/commands/recover.js';
import { verifyCommand } from '../../apps/cli/src/commands/verify.js';
import { proofWorld, type ProofWorld } from '../proof/world.js';

const environment = { ...process.env };
let world: ProofWorld;
let folder: string;
let kept: string;
/** The keyring while a change of the key is under way: run again, it goes on. */
let prepared: string;
let [old, next]: SigningKey[] = [];
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
};
beforeAll(async () => {
  world = await proofWorld();
  folder = mkdtempSync(join(tmpdir(), 'samtycke-cli-'));
  Object.assign(process.env, { DATABASE_URL: world.fresh.url, SAMTYCKE_DATA: folder, LOG_DIR: world.root });
  file('keyring.json', JSON.stringify(world.fresh.keyring));
  old = world.fresh.keyring.log;
  await world.decide(['grant', 'withdraw']);
  await world.publish();
  kept = file('kept.txt', (await world.folder.checkpoint()) ?? '');
  file('run.json', JSON.stringify({ databaseUrl: world.fresh.url, logKey: old.verifier, keyring: join(folder, 'keyring.json') }));
}, 120_000);
afterAll(async () => {
  process.env = environment;
  await world.close();
  rmSync(folder, { recursive: true });
});

/** Runs a command in this process; what it printed, or why it refused, and its exit code. */
async function run(...args: string[]): Promise<{ code: number; stdout: string }> {
  const lines: string[] = [];
  const printed = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  // Another file that ran in this process may have left its own.
  process.exitCode = undefined;
  const program = new Command().exitOverride();
  for (const add of [verifyCommand, keysCommand, exportCommand, recoverCommand]) add(program);
  const failed = await program.parseAsync(['node', 'samtycke', ...args]).then(() => undefined, (error: Error) => error.message);
  printed.mockRestore();
  const code = failed !== undefined || process.exitCode === 1 ? 1 : 0;
  process.exitCode = undefined;
  return { code, stdout: [...lines, failed ?? ''].join('\n') };
}

const nameOf = (key: SigningKey | undefined): string => key?.verifier.split('+', 2).join('+') ?? '';
const verify = (...args: string[]) => run('verify', '--log', world.root, ...args);
const keys = (...given: (SigningKey | undefined)[]): string[] => given.flatMap((one) => ['--key', one?.verifier ?? '']);
const ring = () => readKeyring(join(folder, 'keyring.json'));

describe('samtycke keys rotate log', () => {
  test('says what lies ready, what was changed, and, run again, that nothing was; run.json names the new key', async () => {
    const env = ['keys', 'rotate', 'log'];
    const ready = await run(...env, '--prepare');
    expect([ready.code, ready.stdout]).toEqual([0, expect.stringContaining('lies ready in the keyring and signs nothing yet')]);
    prepared = readFileSync(join(folder, 'keyring.json'), 'utf8');
    const changed = await run(...env);
    next = ring().log;
    expect([changed.code, changed.stdout]).toEqual([0, expect.stringContaining('the old one signs beside it for 30 days')]);
    for (const { stdout } of [ready, changed]) expect(stdout).toContain(next.verifier);
    const again = await run(...env);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('nothing was changed')]);
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toEqual({ databaseUrl: world.fresh.url, logKey: next.verifier, keyring: join(folder, 'keyring.json') });
    expect((await run(...env, '--remove-old')).stdout).toContain('no private key that has ceased to sign');
    expect((await run(...env, '--again', '--prepare')).code).toBe(1);
    Object.assign(world.fresh.keyring, ring());
    await world.publish();
  }, 60_000);

  test('changes the run.json of its own keyring alone, and leaves it to whom it belongs; where it cannot, it says so and goes on', async () => {
    const [path, now] = [join(folder, 'run.json'), readFileSync(join(folder, 'keyring.json'), 'utf8')];
    const goOn = async (): Promise<string> => {
      file('keyring.json', prepared);
      const told = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      expect((await run('keys', 'rotate', 'log')).code).toBe(0);
      const [[said = ''] = []] = told.mock.calls as [string?][];
      told.mockRestore();
      expect(readFileSync(join(folder, 'keyring.json'), 'utf8')).toBe(now);
      return said;
    };
    const logKey = (): unknown => (JSON.parse(readFileSync(path, 'utf8')) as { logKey: unknown }).logKey;
    const own = (): string => file('run.json', JSON.stringify({ logKey: old?.verifier, keyring: join(folder, 'keyring.json') }));
    const another = JSON.stringify({ logKey: old?.verifier, keyring: '/another/keyring.json' });
    file('run.json', another);
    expect([await goOn(), readFileSync(path, 'utf8')]).toEqual(['', another]);
    own();
    const owner = process.getuid?.() === 0 ? 65_534 : statSync(path).uid;
    chownSync(path, owner, statSync(path).gid);
    expect([await goOn(), logKey(), statSync(path).uid, statSync(path).mode & 0o777]).toEqual(['', next?.verifier, owner, 0o600]);
    own();
    mkdirSync(`${path}.${process.pid}`);
    expect(await goOn()).toContain(`${path} still names`);
    expect(logKey()).toBe(old?.verifier);
    rmSync(`${path}.${process.pid}`, { recursive: true });
    writeFileSync(path, '{"torn":');
    expect(await goOn()).toContain('start Samtycke anew');
    rmSync(path);
  }, 60_000);

  test('leaves a log and a database that verify with the keyring, with the old key, with both, and since a checkpoint that was kept', async () => {
    expect(await verify(...keys(next))).toEqual({ code: 0, stdout: expect.not.stringContaining('FAILS') });
    for (const what of [[], ['--database']]) {
      for (const given of [[], keys(old), keys(old, next)]) expect(await verify(...what, ...given, '--checkpoint', kept)).toEqual({ code: 0, stdout: expect.not.stringContaining('FAILS') });
      expect((await verify(...what, ...keys(old))).stdout).toContain(`holds  the key ${nameOf(old)} was followed on`);
    }
    const byNew = await verify(...keys(next), '--checkpoint', kept);
    expect(byNew).toEqual({ code: 0, stdout: expect.stringContaining('open   an earlier checkpoint is signed by a key that yours followed and that you did not give: its signature was not checked') });
    expect(byNew.stdout).toMatch(/holds {2}the \d+ events of the earlier checkpoint are the beginning of this log/);
  }, 60_000);

  test('leaves a log that verifies where it is served without its events, with the new key and a checkpoint that the old one signed', async () => {
    const server = createServer((asked, answer) => {
      const path = join(world.root, (asked.url ?? '').replace(/^\/log\//, ''));
      if (!existsSync(path)) return void answer.writeHead(404).end();
      answer.end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const served = await run('verify', '--log', `http://127.0.0.1:${port}`, ...keys(next), '--checkpoint', kept);
    server.close();
    expect(served).toEqual({ code: 0, stdout: expect.stringContaining('open   an earlier checkpoint is signed by none of the keys that you gave, and changes of the key were not read: give the older key, too, or --api-key') });
    expect(served.stdout).toMatch(/holds {2}the \d+ events of the earlier checkpoint are the beginning of this log/);
  }, 60_000);

  test('leaves exports that verify', async () => {
    const events = join(folder, 'events.ndjson');
    expect((await run('export', 'events', '--reason', 'a test', '--out', events)).code).toBe(0);
    for (const given of [keys(old), keys(old, next)]) expect(await run('verify', events, ...given, '--checkpoint', join(world.root, 'checkpoint'))).toMatchObject({ code: 0, stdout: expect.stringContaining('have the root that was signed') });
    expect((await run('verify', events, ...keys(old), '--checkpoint', kept)).code).toBe(0);
  }, 60_000);

  test('leaves a log from which to recover, also where its newest checkpoint is one of the old key, once that key is named', async () => {
    const path = join(world.root, 'checkpoint');
    const signed = readFileSync(path);
    const fine = { code: 0, stdout: expect.stringContaining('nothing is missing') };
    expect(await run('recover', '--log', world.root)).toEqual(fine);
    writeFileSync(path, readFileSync(kept));
    expect(await run('recover', '--log', world.root)).toEqual({ code: 1, stdout: expect.stringContaining(`lacks a signature by the log's key, ${nameOf(next)}`) });
    expect(await run('recover', '--log', world.root, ...keys(old))).toEqual(fine);
    writeFileSync(path, signed);
  }, 60_000);

  test('leaves no log of the old key alone that verifies by the keyring: whoever stole that key could have made it, without the change', async () => {
    const path = join(world.root, 'checkpoint');
    const signed = readFileSync(path);
    writeFileSync(path, readFileSync(kept));
    for (const what of [[], ['--database']]) {
      expect(await verify(...what)).toEqual({ code: 1, stdout: expect.stringContaining(`FAILS  the newest checkpoint lacks a signature by the log's key, ${nameOf(next)}`) });
      expect(await verify(...what, ...keys(old))).toEqual({ code: 0, stdout: expect.not.stringContaining('FAILS') });
    }
    writeFileSync(path, signed);
    expect((await verify()).code).toBe(0);
  }, 60_000);

  test('leaves no way for the old key to sign alone: such a checkpoint is named, in the folder and in the database', async () => {
    const path = join(world.root, 'checkpoint');
    const signed = readFileSync(path, 'utf8');
    const alone = signed.split('\n').filter((line) => !line.startsWith('—') || !line.includes(Buffer.from(parseVerifier(sha256, next?.verifier ?? '').id).toString('base64').slice(0, 5))).join('\n');
    expect(alone).not.toBe(signed);
    const [{ note } = { note: '' }] = (await world.attacker.query<{ note: string }>('SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1')).rows;
    writeFileSync(path, alone);
    await world.attacker.query('UPDATE checkpoints SET note = $1 WHERE note = $2', [alone, note]);
    for (const what of [[], ['--database']]) expect(await verify(...what, ...keys(old, next))).toMatchObject({ code: 1, stdout: expect.stringMatching(new RegExp(`FAILS .*is not signed by ${nameOf(next).replaceAll(/[+./]/g, '\\$&')}`)) });
    writeFileSync(path, signed);
    await world.attacker.query('UPDATE checkpoints SET note = $1 WHERE note = $2', [note, alone]);
    expect((await verify('--database')).code).toBe(0);
  }, 60_000);

  test('a change in the ledger that the key in use did not sign is named by verify, in log and database', async () => {
    const evil = createKeyring(world.fresh.keyring.origin).log;
    const fact = signKeyChange({ ledger: world.fresh.keyring.origin, role: 'log', to: parseVerifier(sha256, evil.verifier) }, parseVerifier(sha256, next?.verifier ?? ''), signerOf(evil.privateKey));
    const append = async (): Promise<void> => {
      await world.fresh.ledger.append({
        request: '0198c0de-0000-7000-8000-000000000001',
        units: [{ holder: { person: LEDGER_PERSON, kind: 'ledger' }, purposes: [], facts: ['~ledger'], actor: { kind: 'ledger', id: 'x' }, evidence: {}, decide: ({ recordedAt }) => [{ purpose: '~ledger', draft: { type: 'key-changed', occurredAt: recordedAt, fact, after: {} } }] }],
        answer: () => undefined,
      });
    };
    await append();
    const told = `the change to the key ${nameOf(evil)} on ${new Date().toISOString().slice(0, 10)} is not signed by the key in use, ${nameOf(next)}: it is forged`;
    const { code, stdout } = await verify('--database', '--follow-key-changes', ...keys(old));
    expect([code, stdout]).toEqual([1, expect.stringContaining(`FAILS  person ${LEDGER_PERSON}, purpose ~ledger: ${told}`)]);
    await expect(world.publish()).rejects.toThrow(`the log key ${nameOf(evil)} is not in the keyring`);
  }, 60_000);
});
