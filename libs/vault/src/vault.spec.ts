import { createHmac } from 'node:crypto';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openEvidence, sealEvidence } from './evidence.js';
import { isShared, lookupOf, normalise } from './identifiers.js';
import { createKeyring, keyringFor, readKeyring } from './keyring.js';
import { PersonKeys } from './seal.js';
import { Tokens } from './tokens.js';

const ring = createKeyring('consent.example.test/ledger');
const keys = new PersonKeys(ring.origin, ring.master.current, ring.master.keys);
const PERSON = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';

describe('identifiers', () => {
  test('are found whatever their case, spaces and composition', () => {
    expect(normalise('email', ' Åsa@Example.SE ')).toEqual({ kind: 'email', value: 'åsa@example.se' });
    expect(normalise('email', 'A\u030Asa@example.se')).toEqual(normalise('email', 'åsa@example.se'));
    expect(normalise('phone', '+46 70-123 45 67')).toEqual({ kind: 'phone', value: '+46701234567' });
  });

  test('is one form however it was typed: normal again is the same, and so are upper and lower case, composed or not', () => {
    // Some of these letters have no composed capital.
    const letter = fc.constantFrom('a', 'é', 'å', 'ø', '\u01F0', '\u1E96', '\u1E97', '\u1E98', '\u1E99', 'x\u030C', '\u0390', '\u1FD3', 'd\u0323\u0307', '0', '-');
    const name = fc.string({ unit: letter, minLength: 1, maxLength: 8 });
    const forms = (value: string): string[] => [value, value.toUpperCase(), value.normalize('NFD'), value.toUpperCase().normalize('NFD')];
    fc.assert(
      fc.property(name, fc.constantFrom('email', 'customer', 'portal'), (typed, kind) => {
        const known = forms(kind === 'email' ? `${typed}@example.se` : typed).map((value) => normalise(kind, value)?.value);
        expect(new Set(known).size).toBe(1);
        expect(normalise(kind, known[0] ?? '')?.value).toBe(known[0]);
        expect(known[0]).toBe(known[0]?.normalize('NFC'));
      }),
    );
    expect(normalise('email', 'J\u030Can@x.se')).toEqual(normalise('email', '\u01F0an@x.se'));
  });
  test('a number with an extension is found by the number, and is several people’s', () => {
    for (const value of ['+46812345600 ext. 12', '+46812345600;ext=12']) expect([normalise('phone', value)?.value, isShared('phone', value)]).toEqual(['+46812345600', true]);
    expect([isShared('phone', '+46812345600'), isShared('customer', '+46812345600 ext. 12'), isShared('phone', 'no number')]).toEqual([false, false, false]);
  });

  test.each([['email', 'no address'], ['email', 'a@b'], ['email', 'a@b.se\u0000'], ['phone', '0701234567'], ['phone', '+46'], ['customer', '  '], ['customer', 'x'.repeat(255)]] as const)('%s "%s" is none', (kind, value) => {
    expect(normalise(kind, value)).toBeUndefined();
  });
  test('the look-up is a chain of keyed hashes, so that a new key can be wrapped around the old', () => {
    const [first, second] = [Buffer.from('k1'), Buffer.from('k2')];
    const inner = createHmac('sha256', first).update('email\0a@b.se').digest();
    const identifier = { kind: 'email', value: 'a@b.se' } as const;
    expect(lookupOf([first], identifier)).toEqual(inner);
    expect(lookupOf([first, second], identifier)).toEqual(createHmac('sha256', second).update(inner).digest());
  });
});

describe('sealing', () => {
  const { key, stored } = keys.make(PERSON);
  const place = { ledger: ring.origin, person: PERSON, event: 'e1' };
  test('evidence comes back as it was, and matches its commitments', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('ip', 'url', 'user-agent', 'identifier', 'text'), fc.string({ unit: 'grapheme' })), (items) => {
        const { kinds, sealed, commitments } = sealEvidence(key, place, items);
        const opened = Object.keys(items).length === 0 ? [] : openEvidence(key, place, kinds, sealed);
        expect(Object.fromEntries(opened.map(({ kind, item }) => [kind, item.toString()]))).toEqual({ ...items });
        expect(Object.keys(commitments).sort()).toEqual(Object.keys(items).sort());
      }),
    );
  });
  test('nothing opens in another place, under another key, or with one bit changed', () => {
    const { kinds, sealed } = sealEvidence(key, place, { ip: '192.0.2.0/24' });
    expect(() => openEvidence(key, { ...place, event: 'e2' }, kinds, sealed)).toThrow();
    expect(() => openEvidence(keys.make(PERSON).key, place, kinds, sealed)).toThrow();
    const flipped = Buffer.from(sealed);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    expect(() => openEvidence(key, place, kinds, flipped)).toThrow();
  });
  test('a person’s key opens for that person alone', () => {
    expect(keys.unwrap(PERSON, stored).equals(key)).toBe(true);
    expect(() => keys.unwrap('00000000-0000-4000-8000-000000000000', stored)).toThrow();
  });
});

describe('tokens', () => {
  const tokens = new Tokens(ring.origin, ring.tokens);
  const elsewhere = new Tokens('other.example.test/ledger', createKeyring('other').tokens);
  test('a device’s token stands for that device, in this ledger alone', async () => {
    const token = await tokens.device(PERSON);
    expect(await tokens.openDevice(token)).toBe(PERSON);
    expect(await elsewhere.openDevice(token)).toBeUndefined();
    expect(await tokens.openDevice(`${token.slice(0, -2)}xx`)).toBeUndefined();
  });
  test('an unsubscribe token shows nothing, opens after a key change, and is no device token', async () => {
    const claims = { person: PERSON, purpose: 'newsletter', via: { kind: 'email', id: 'i' } };
    const token = await tokens.unsubscribe(claims);
    expect(Buffer.from(token.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain(PERSON);
    const rotated = new Tokens(ring.origin, { current: 'k2', keys: { ...ring.tokens.keys, k2: createKeyring('x').idempotency } });
    expect(await rotated.openUnsubscribe(token)).toEqual(claims);
    expect(await tokens.openDevice(token)).toBeUndefined();
  });
});

test('a keyring is made once, readable by its owner alone, and a broken one is named', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'samtycke-keyring-')), 'keyring.json');
  const made = keyringFor(path, 'a.example/ledger');
  expect(keyringFor(path, 'b.example/ledger')).toEqual(made);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(() => readKeyring(`${path}.missing`)).toThrow(`${path}.missing`);
});

test('a keyring made before there was a cosigner gets one, once, and keeps every other key', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'samtycke-keyring-')), 'keyring.json');
  const { cosigner: _none, ...old } = createKeyring('a.example/ledger');
  writeFileSync(path, JSON.stringify(old));
  const given = keyringFor(path, 'a.example/ledger');
  expect(given).toMatchObject(old);
  expect(given.cosigner?.verifier).toMatch(/^a\.example\/ledger\/operator\+[0-9a-f]{8}\+B/);
  expect(readKeyring(path)).toEqual(given);
  expect(keyringFor(path, 'a.example/ledger')).toEqual(given);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
