import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fingerprintOf, KeyMissing } from './key-chain.js';
import { createKeyring, keyringFor, lookupKeysOf, personKeysOf, readKeyring } from './keyring.js';
import { addKey, mastersBeside, preparedKey, removeMasters, useMaster } from './keyring-change.js';

const PERSON = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'samtycke-ring-'));
  path = join(folder, 'keyring.json');
  keyringFor(path, 'consent.example.test/ledger');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a changed keyring is the owner’s alone, whatever the file was before, and nothing else is left in the folder', () => {
  chmodSync(path, 0o644);
  addKey(path, 'lookup');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keyring.json']);
});

test('a keyring stays with the account that owned it, so that the programs can still read what an administrator changed', () => {
  const owner = process.getuid?.() === 0 ? 12_345 : (process.getuid?.() ?? 0);
  chownSync(path, owner, statSync(path).gid);
  addKey(path, 'lookup');
  expect(statSync(path).uid).toBe(owner);
});

test('a change keeps everything else to the letter', () => {
  const before = readKeyring(path);
  addKey(path, 'lookup');
  addKey(path, 'suppression');
  const after = readKeyring(path);
  expect({ ...after, lookup: after.lookup.slice(0, 1), suppression: after.suppression?.slice(0, 1) }).toEqual(before);
  expect([after.lookup.length, after.suppression?.length]).toEqual([2, 2]);
});

test('a broken keyring is not written over', () => {
  writeFileSync(path, '{"origin":');
  expect(() => addKey(path, 'lookup')).toThrow(path);
  expect(readFileSync(path, 'utf8')).toBe('{"origin":');
});

describe('while one program changes a keyring', () => {
  const lock = (pid: number | string, host = hostname()): void => writeFileSync(`${path}.lock`, `${pid} ${host}`);

  test.each([
    ['a process that runs', process.ppid, hostname()],
    ['a process of another machine', 1, 'elsewhere'],
    ['a process that has not said who it is', '', ''],
  ])('by %s, another one changes nothing, and says so in one sentence', (_, pid, host) => {
    lock(pid, host);
    const before = readFileSync(path, 'utf8');
    for (const change of [() => addKey(path, 'lookup'), () => preparedKey(path, 'k1'), () => useMaster(path, 'k1'), () => removeMasters(path, ['k1'])]) {
      expect(change).toThrow(/^another program[^\n]* is changing the keyring[^\n]*\.lock/);
    }
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(['keyring.json', 'keyring.json.lock']);
    rmSync(`${path}.lock`);
    expect(preparedKey(path, 'k1')).toMatch(/^k2\./);
  });

  test('and has died meanwhile, the next one takes its place', () => {
    lock(spawnSync(process.execPath, ['-e', '']).pid);
    expect(addKey(path, 'lookup').lookup).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['keyring.json']);
  });

  test.each([
    ['of a container that is gone', 1, 'elsewhere'],
    ['of whoever has the number of a process that runs', process.ppid, hostname()],
  ])('a lock that was left behind a minute ago %s holds nobody up', (_, pid, host) => {
    lock(pid, host);
    const then = Date.now() / 1000 - 61;
    utimesSync(`${path}.lock`, then, then);
    expect(preparedKey(path, 'k1')).toMatch(/^k2\./);
    expect(readdirSync(folder)).toEqual(['keyring.json']);
  });

  test('a lock with our own number is of a process before us', () => {
    lock(process.pid);
    expect(preparedKey(path, 'k1')).toMatch(/^k2\./);
  });

  test('and fails, it stands in nobody’s way', () => {
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, '{"origin":');
    expect(() => addKey(path, 'lookup')).toThrow(path);
    writeFileSync(path, before);
    expect(addKey(path, 'lookup').lookup).toHaveLength(2);
  });
});

test('a master key lies ready once, bears its own fingerprint, and is used when it is told to', () => {
  const name = preparedKey(path, 'k1');
  expect(preparedKey(path, 'k1')).toBe(name);
  const { master } = readKeyring(path);
  expect([master.current, Object.keys(master.keys)]).toEqual(['k1', ['k1', name]]);
  expect(name).toBe(`k2.${fingerprintOf(Buffer.from(master.keys[name] ?? '', 'base64'))}`);
  expect(useMaster(path, name).master.current).toBe(name);
  expect(mastersBeside(readKeyring(path), name)).toEqual(['k1']);
  expect(removeMasters(path, ['k1']).master.keys).toEqual({ [name]: master.keys[name] });
});

test('what was made of a keyring reads it again when a row names a master that it does not know', () => {
  const early = personKeysOf(readKeyring(path));
  const { key, stored } = early.make(PERSON);
  const name = preparedKey(path, 'k1');
  const anew = personKeysOf(readKeyring(path)).rewrap(PERSON, stored, name);
  expect(anew.master).toBe(name);
  expect(early.unwrap(PERSON, anew).equals(key)).toBe(true);
  expect(early.make(PERSON).stored.master).toBe('k1');
  early.use(name);
  expect(early.make(PERSON).stored.master).toBe(name);
});

test('a key that was removed from the file goes on opening what a running process has read before', () => {
  const early = personKeysOf(readKeyring(path));
  const { key, stored } = early.make(PERSON);
  const name = preparedKey(path, 'k1');
  useMaster(path, name);
  removeMasters(path, ['k1']);
  early.use(name);
  expect(early.unwrap(PERSON, stored).equals(key)).toBe(true);
  expect(() => personKeysOf(readKeyring(path)).unwrap(PERSON, stored)).toThrow(KeyMissing);
});

test('a keyring that cannot be read again means that the key is missing, not that the program is broken', () => {
  const keys = personKeysOf(readKeyring(path));
  const chain = lookupKeysOf(readKeyring(path));
  rmSync(path);
  expect(() => keys.use('k2')).toThrow(KeyMissing);
  expect(() => chain.enter(4)).toThrow(KeyMissing);
});

test('a keyring that never lay in a file knows what it was made with', () => {
  const keys = personKeysOf(createKeyring('consent.example.test/ledger'));
  expect(() => keys.use('k2')).toThrow(KeyMissing);
});
