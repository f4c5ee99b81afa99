import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freshLedger, type FreshLedger } from '#testing';
import { createKeyring, keyringPath, readKeyring, type Keyring } from '#vault';
import { ownLedger, type OwnLedger } from './own-ledger.js';

const HELD = 'held.example.test/ledger';
const NEW = 'new.example.test/ledger';

let fresh: FreshLedger;
let dataDir: string;
let path: string;
const lay = (keyring: Keyring): void => writeFileSync(path, JSON.stringify(keyring), { mode: 0o600 });
beforeEach(async () => {
  fresh = await freshLedger({ origin: HELD });
  dataDir = await mkdtemp(join(tmpdir(), 'samtycke-own-'));
  path = keyringPath(dataDir);
});
afterEach(async () => {
  await fresh.close();
  await rm(dataDir, { recursive: true });
});

const own = (origin: string, another?: boolean): Promise<OwnLedger> => ownLedger(fresh.pool, { path, origin, another });
const origins = async (): Promise<string[]> => (await fresh.pool.query<{ origin: string }>('SELECT origin FROM ledgers ORDER BY id')).rows.map(({ origin }) => origin);

describe('a database that holds a ledger', () => {
  test.each([['its own name', HELD], ['the name of another', NEW]])('gets no keyring in the place of one that is missing, under %s: it is to be put back', async (_, origin) => {
    await expect(own(origin)).rejects.toThrow(new RegExp(`^this database holds the ledger ${HELD}, and its keyring is not at ${path}: put it back[^\n]*$`));
    expect([await origins(), existsSync(path)]).toEqual([[HELD], false]);
  });

  test('gets none either where its own name was asked for as that of another', async () => {
    await expect(own(HELD, true)).rejects.toThrow('put it back');
    expect(existsSync(path)).toBe(false);
  });

  test('is opened by its own keyring, whatever name was given', async () => {
    lay(fresh.keyring);
    expect(await own(NEW)).toEqual({ keyring: fresh.keyring, ledger: fresh.id });
    expect(await origins()).toEqual([HELD]);
  });

  test('gets no second ledger by a keyring that is another’s, unless that one was asked for by name', async () => {
    lay(createKeyring(NEW));
    await expect(own(HELD)).rejects.toThrow(new RegExp(`^this database holds the ledger ${HELD}, and the keyring at ${path} is of ${NEW}: [^\n]*$`));
    await expect(own(HELD, true)).rejects.toThrow(`is of ${NEW}`);
    expect(await origins()).toEqual([HELD]);
    expect((await own(NEW, true)).keyring.origin).toBe(NEW);
    expect(await origins()).toEqual([HELD, NEW]);
  });

  test('gets a second one, with a keyring of its own, where that was asked for by name', async () => {
    const { keyring, ledger } = await own(NEW, true);
    expect([keyring, ledger]).toEqual([readKeyring(path), fresh.id + 1]);
    expect(await origins()).toEqual([HELD, NEW]);
  });
});

test('a database that holds none gets the ledger of the name that was given, and a keyring', async () => {
  await fresh.pool.query('TRUNCATE ledgers CASCADE');
  expect(await own(NEW)).toEqual({ keyring: readKeyring(path), ledger: 1 });
  expect(await origins()).toEqual([NEW]);
});
