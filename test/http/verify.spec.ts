import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Command } from 'commander';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import { checkpointText, cosign, decodeBundle, encodeBundle, leafHash, parseVerifier, rootOf, signNote } from '#proof';
import { createKeyring, sha256, signerOf } from '#vault';
import { verifyCommand } from '../../apps/cli/src/commands/verify.js';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let scratch: string;
let early: string;
let size: number;
let number = 0;

beforeAll(async () => {
  api = await testApi();
  scratch = await mkdtemp(join(tmpdir(), 'samtycke-verify-'));
  early = join(scratch, 'early');
  const { pool, id, keyring } = api.fresh;
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  const writer = new CheckpointWriter({ pool, ledger: id, keyring, folder: new LogFolder(api.logDir), clock: Date.now });
  const decide = async (count: number): Promise<void> => {
    const subjects = Array.from({ length: count }, someone);
    const write = (body: object) => api.post('/v1/consents', body, api.keys['consents:write']).expect(201);
    await Promise.all(subjects.map((subject) => write({ subject, ...NEWSLETTER })));
    await Promise.all(subjects.map((subject) => write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] })));
    while ((await sequencePage(pool, id, fencing)).length > 0);
    await writer.step({ fencing, leads: () => true });
  };
  await decide(10);
  await cp(join(api.logDir, 'checkpoint'), early);
  await decide(125);
  size = writer.published;
  await api.app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await api.close();
  await rm(scratch, { recursive: true });
});

/** Runs the command as a user would; resolves to what it printed and whether it ended well. */
async function verify(...args: string[]): Promise<{ text: string; well: boolean }> {
  const lines: string[] = [];
  const printed = jest.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  // Another file that ran in this process may have left its own.
  process.exitCode = undefined;
  const program = new Command().exitOverride();
  verifyCommand(program);
  const failed = await program.parseAsync(['node', 'samtycke', 'verify', ...args]).then(() => undefined, (error: Error) => error.message);
  printed.mockRestore();
  const well = failed === undefined && process.exitCode !== 1;
  process.exitCode = undefined;
  return { text: [...lines, failed ?? ''].join('\n'), well };
}
const keys = (): string[] => ['--key', api.fresh.keyring.log.verifier, '--cosigner', api.fresh.keyring.cosigner?.verifier ?? ''];

/** A copy of the log, changed by whoever could write to the folder. */
async function forged(change: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(scratch, String((number += 1)));
  await cp(api.logDir, folder, { recursive: true });
  await change(folder);
  return folder;
}

describe('samtycke verify', () => {
  test('says of a sound log, in its folder, that everything holds, also since an earlier checkpoint', async () => {
    const { text, well } = await verify('--log', api.logDir, ...keys(), '--checkpoint', early);
    expect(text.match(/^(?:FAILS|open) .*$/gm)).toEqual([expect.stringContaining('whether each event got its place in the log')]);
    expect(text).toContain(`the ${size} entries are exactly what was hashed`);
    expect(text).toContain('the beginning of this log');
    expect(text).toContain('cosigned that it saw the checkpoint at');
    expect(well).toBe(true);
  });

  test('says the same over HTTP, and without a key for the entries says that they were not read', async () => {
    const url = `${await api.app.getUrl()}/log`;
    const open = await verify('--log', url, ...keys());
    expect(open.text).toContain('open   the events themselves were not read');
    expect(open).toMatchObject({ well: true });
    const { text, well } = await verify('--log', url, ...keys(), '--api-key', api.keys['audit:read'], '--reason', 'the yearly audit');
    expect(text).toContain(`the ${size} entries are exactly what was hashed`);
    expect(well).toBe(true);
    const { rows } = await api.fresh.pool.query(`SELECT what FROM reads WHERE reason = 'the yearly audit' ORDER BY what`);
    expect(rows).toEqual([{ what: 'log entries 0-255' }, { what: `log entries 256-${size - 1}` }]);
  });

  test('finds a changed entry, a changed leaf, a changed tile above, and what is missing', async () => {
    const bend = (path: string, at: number) => forged(async (folder) => {
      const bytes = await readFile(join(folder, path));
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(join(folder, path), bytes);
    });
    expect(await verify('--log', await bend('tile/entries/000', 100), ...keys())).toMatchObject({ well: false, text: expect.stringContaining('the event at index 0 is not the one that was hashed') });
    expect(await verify('--log', await bend('tile/0/000', 100), ...keys())).toMatchObject({ well: false, text: expect.stringContaining('do not have the root that was signed') });
    expect(await verify('--log', await bend('tile/1/000.p/1', 3), ...keys())).toMatchObject({ well: false, text: expect.stringContaining('tile 1/0 does not follow') });
    const missing = await forged((folder) => rm(join(folder, 'tile/0/000')));
    expect(await verify('--log', missing, ...keys())).toMatchObject({ well: false, text: expect.stringContaining('tile 0/0 of width 256 is missing') });
  });

  test('finds a log that its own keeper rewrote and signed again: by the broken chain, and by an earlier checkpoint', async () => {
    const { keyring } = api.fresh;
    const folder = await forged(async (to) => {
      const entries = decodeBundle(await readFile(join(to, 'tile/entries/000')));
      const { size: kept } = { size: entries.length };
      const event = JSON.parse(Buffer.from(entries[12] ?? '').toString()) as { reason?: string };
      entries[12] = Buffer.from(JSON.stringify({ ...event, reason: 'import' }));
      const leaves = entries.map((entry) => leafHash(sha256, entry));
      await writeFile(join(to, 'tile/entries/000'), encodeBundle(entries));
      await writeFile(join(to, 'tile/0/000'), Buffer.concat(leaves));
      await rm(join(to, 'tile/1'), { recursive: true });
      await new LogFolder(to).writeTile({ level: 1, index: 0, width: 1 }, rootOf(sha256, leaves));
      const text = checkpointText({ origin: keyring.origin, size: kept, root: rootOf(sha256, leaves) });
      const byLog = signNote(text, parseVerifier(sha256, keyring.log.verifier), signerOf(keyring.log.privateKey));
      const byOperator = cosign(text, Math.ceil(Date.now() / 1_000), parseVerifier(sha256, keyring.cosigner?.verifier ?? ''), signerOf(keyring.cosigner?.privateKey ?? ''));
      await writeFile(join(to, 'checkpoint'), `${text}\n${byLog}${byOperator}`);
    });
    const { text, well } = await verify('--log', folder, ...keys(), '--checkpoint', early);
    expect(text).toContain('does not follow the one before it in its person');
    expect(text).toContain('history was rewritten');
    expect(well).toBe(false);
    const cut = await verify('--log', await forged((to) => cp(early, join(to, 'checkpoint'))), ...keys(), '--checkpoint', join(api.logDir, 'checkpoint'));
    expect(cut).toMatchObject({ well: false, text: expect.stringContaining('the end was cut off') });
    const both = await verify('--log', await forged((to) => cp(early, join(to, 'checkpoint'))), ...keys(), '--checkpoint', early, '--checkpoint', join(api.logDir, 'checkpoint'));
    expect(both).toMatchObject({ well: false, text: expect.stringContaining('the end was cut off') });
    expect(both.text).toContain('the beginning of this log');
  });

  test('refuses a checkpoint by another key, and one that the operator has not cosigned', async () => {
    const other = createKeyring(api.fresh.keyring.origin);
    expect(await verify('--log', api.logDir, '--key', other.log.verifier)).toMatchObject({ well: false, text: expect.stringContaining('not signed by') });
    expect(await verify('--log', api.logDir, '--key', api.fresh.keyring.log.verifier, '--cosigner', other.cosigner?.verifier ?? '')).toMatchObject({ well: false, text: expect.stringContaining('has not cosigned') });
    expect(await verify('--log', join(scratch, 'nowhere'), ...keys())).toMatchObject({ well: false, text: expect.stringContaining('holds no checkpoint') });
  });
});
