import { createHash, createPublicKey, generateKeyPairSync, sign as signBytes, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Sha256 } from './hash.js';
import { followKeyChanges, keyChangeText, signKeyChange, type StatedChange } from './key-change.js';
import { COSIGNATURE, ED25519, verifierFor, verifierText, type CheckSignature } from './signed-note.js';

const sha256: Sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const check: CheckSignature = (publicKey, message, signature) =>
  verify(null, message, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') } }), signature);
const LEDGER = 'consent.example.test/ledger';

function keyPair(name = LEDGER, type = ED25519) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { verifier: verifierFor(sha256, { name, type, publicKey: raw }), sign: (message: Uint8Array) => signBytes(null, message, privateKey) };
}
const [first, second, third, attacker] = [keyPair(), keyPair(), keyPair(), keyPair()];

const change = (to: typeof first, by: typeof first, at = '2026-11-25T10:00:00.000000Z', role: 'log' | 'cosigner' = 'log'): StatedChange => ({ fact: signKeyChange({ ledger: LEDGER, role, to: to.verifier }, by.verifier, by.sign), recordedAt: at });
const follow = (changes: StatedChange[], ...given: (typeof first)[]) => followKeyChanges({ ledger: LEDGER, role: 'log', changes, given: given.map(({ verifier }) => verifier) }, { sha256, check });
const texts = (found: ReturnType<typeof follow>, state: string): string[] => found.findings.filter((one) => one.state === state).map(({ text }) => text);
const names = (found: ReturnType<typeof follow>): string[] => found.following.map(verifierText);

describe('a change of the key that signs the log', () => {
  test('is signed over exactly these bytes: what it is, the ledger, the role and the new verifier key, each on a line', () => {
    expect(keyChangeText({ ledger: LEDGER, role: 'log', to: second.verifier })).toBe(`Samtycke key change 1\nledger ${LEDGER}\nrole log\nkey ${verifierText(second.verifier)}\n`);
    const { fact } = change(second, first);
    const [name, id, key] = verifierText(second.verifier).split('+', 3);
    expect(fact).toMatchObject({ role: 'log', key: `${name}+${id}`, publicKey: verifierText(second.verifier).slice(`${name}+${id}+`.length) });
    expect(key).toBeDefined();
    const signature = Buffer.from(String(fact.signature), 'base64');
    expect(signature.subarray(0, 4)).toEqual(Buffer.from(first.verifier.id));
    expect(check(first.verifier.publicKey, Buffer.from(keyChangeText({ ledger: LEDGER, role: 'log', to: second.verifier })), signature.subarray(4))).toBe(true);
  });

  test('leads from the key that one has through every later one, and says so; nothing is trusted by that alone', () => {
    const found = follow([change(second, first), change(third, second)], first);
    expect(texts(found, 'fails')).toEqual([]);
    expect(names(found)).toEqual([verifierText(second.verifier), verifierText(third.verifier)]);
    expect(texts(found, 'holds')[0]).toContain(`followed on 2026-11-25 by ${verifierText(second.verifier)}`);
  });

  test('leads nobody from a newer key back to an older one', () => {
    const found = follow([change(second, first), change(third, second)], third);
    expect([names(found), texts(found, 'fails')]).toEqual([[], []]);
    expect(texts(found, 'open').join()).toContain('is signed by a key that you did not give');
  });

  test('signed by an attacker is named, under his own key id as under that of the true key', () => {
    const own = change(attacker, attacker);
    const mean = { ...change(attacker, first), fact: { ...change(attacker, first).fact, signature: signKeyChange({ ledger: LEDGER, role: 'log', to: attacker.verifier }, first.verifier, attacker.sign).signature } };
    for (const forged of [own, mean]) {
      for (const changes of [[forged], [change(second, first), forged], [forged, change(second, first)]]) {
        const found = follow(changes, first);
        expect(texts(found, 'fails').join()).toContain(verifierText(attacker.verifier).split('+', 2).join('+'));
        expect(names(found)).not.toContain(verifierText(attacker.verifier));
      }
    }
  });

  test('forged before the true ones is named itself, by whoever has the newer key only', () => {
    const found = follow([change(attacker, attacker), change(second, first)], second);
    expect(texts(found, 'fails')).toEqual([expect.stringContaining(verifierText(attacker.verifier).split('+', 2).join('+'))]);
    expect(found.former.map((id) => Buffer.from(id))).toEqual([Buffer.from(first.verifier.id)]);
  });

  test('repeated by somebody who holds no key, after the key it was signed by went, is named', () => {
    const old = change(second, first);
    expect(texts(follow([old, change(third, second), old], first), 'fails')).toHaveLength(1);
  });

  test('of another ledger, another role or another name is none of this log', () => {
    const elsewhere = keyPair('consent.elsewhere.test/ledger');
    expect(texts(follow([change(elsewhere, first)], first), 'fails')).toHaveLength(1);
    const cosigner = keyPair(`${LEDGER}/operator`, COSIGNATURE);
    const asLog = { ...change(second, first, undefined, 'cosigner') };
    expect(follow([asLog], first).findings).toEqual([]);
    expect(texts(follow([{ ...asLog, fact: { ...asLog.fact, role: 'log' } }], first), 'fails')).toHaveLength(1);
    expect(texts(follow([change(cosigner, first)], first), 'fails')).toHaveLength(1);
  });

  test.each([{}, { role: 'log' }, { role: 'log', key: 7, publicKey: [], signature: null }, { role: 'log', key: 'a+b', publicKey: 'x', signature: 'y' }, { role: 'log', key: { toString: 1 }, publicKey: { toString: 1 }, signature: { toString: 1 } }])('that is malformed fails, and throws nothing: %j', (fact) => {
    const found = follow([{ fact, recordedAt: 'never' }], first);
    expect(texts(found, 'fails')).toHaveLength('role' in fact ? 1 : 0);
  });
});
