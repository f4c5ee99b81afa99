import { createHash, createPublicKey, generateKeyPairSync, sign as signBytes, verify, type KeyObject } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBundle, encodeBundle } from './bundle.js';
import { checkpointText, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { cosign, cosignedAt } from './cosignature.js';
import { verifyEvent } from './event-proof.js';
import { leafHash, type Sha256 } from './hash.js';
import { MerkleTree } from './merkle-tree.js';
import { COSIGNATURE, ED25519, isSignedBy, parseNote, parseVerifier, signNote, verifierFor, verifierText, type CheckSignature } from './signed-note.js';
import { hashesOf, nodesInTiles, rootOf } from './tile-nodes.js';
import { parseTilePath, partialTiles, tileHolding, tilePath, type Tile } from './tiles.js';

const sha256: Sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const check: CheckSignature = (publicKey, message, signature) => {
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') } });
  return verify(null, message, key, signature);
};
const rawOf = (key: KeyObject): Uint8Array => Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
function keyPair(name: string, type: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { verifier: verifierFor(sha256, { name, type, publicKey: rawOf(publicKey) }), sign: (message: Uint8Array) => signBytes(null, message, privateKey) };
}
const ORIGIN = 'consent.example.test/ledger';
const log = keyPair(ORIGIN, ED25519);
const operator = keyPair(`${ORIGIN}/operator`, COSIGNATURE);

describe('signed notes', () => {
  // The example of golang.org/x/mod/sumdb/note.
  const verifier = parseVerifier(sha256, 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  test("Go's own example is read and verified", () => {
    expect(parseNote(note).text).toBe(text);
    expect(isSignedBy(parseNote(note), verifier, check)).toBe(true);
    expect(isSignedBy(parseNote(note.replace('answer', 'Answer')), verifier, check)).toBe(false);
  });
  test('a verifier key that was written is read back; one with another id, type or name is refused', () => {
    expect(verifierText(parseVerifier(sha256, verifierText(log.verifier)))).toBe(verifierText(log.verifier));
    for (const bad of ['', 'x', verifierText(log.verifier).replace(ORIGIN, 'other'), verifierText({ ...log.verifier, type: 9 })]) expect(() => parseVerifier(sha256, bad)).toThrow(RangeError);
  });
  test('what is no note is refused', () => {
    const line = signNote('a\n', log.verifier, log.sign);
    for (const bad of ['', 'a\n', 'a\n\n', `a\n\n${line}x`, `a\n\n${line.trimEnd()}`, `a\n\n${line.replace('— ', '- ')}`, `a\t\n\n${line}`]) expect(() => parseNote(bad)).toThrow(RangeError);
  });
});

describe('checkpoints', () => {
  const text = checkpointText({ origin: ORIGIN, size: 7, root: sha256() });
  const signed = `${text}\n${signNote(text, log.verifier, log.sign)}${cosign(text, 1_800_000_000, operator.verifier, operator.sign)}`;
  test('carry origin, size and root, the signature of the log, and when the operator saw them', () => {
    const opened = openCheckpoint(signed, log.verifier, check);
    expect(opened).toMatchObject({ origin: ORIGIN, size: 7 });
    expect(text).toBe(`${ORIGIN}\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`);
    expect(cosignedAt(opened.note, operator.verifier, check)).toBe(1_800_000_000);
    expect(cosignedAt(opened.note, keyPair(`${ORIGIN}/operator`, COSIGNATURE).verifier, check)).toBeUndefined();
  });
  test('any change of one character makes them false or unreadable', () => {
    fc.assert(
      fc.property(fc.nat({ max: signed.length - 1 }), fc.constantFrom('0', 'A', 'z', '+', ' '), (at, letter) => {
        fc.pre(signed[at] !== letter);
        const bent = `${signed.slice(0, at)}${letter}${signed.slice(at + 1)}`;
        const holds = (): boolean => {
          const { note } = openCheckpoint(bent, log.verifier, check);
          return cosignedAt(note, operator.verifier, check) === 1_800_000_000;
        };
        let answer = false;
        try {
          answer = holds();
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(answer).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
  test('malformed ones are refused', () => {
    for (const bad of ['', 'a\n', 'a\n1\n', 'a\n01\nAAAA\n', `a\n-1\n${text.split('\n')[2]}\n`, text.trimEnd()]) expect(() => parseCheckpoint(bad)).toThrow(RangeError);
    expect(() => openCheckpoint(signed, keyPair('elsewhere.test', ED25519).verifier, check)).toThrow('not of elsewhere.test');
  });
});

describe('tiles', () => {
  test('lie where tlog-tiles says', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 3, index: 0, width: 5 })).toBe('tile/3/000.p/5');
    expect(tilePath({ level: 'entries', index: 1_000, width: 256 })).toBe('tile/entries/x001/000');
  });
  test('have one path each, and no other path is one', () => {
    const tiles = fc.record({ level: fc.oneof(fc.constant('entries' as const), fc.nat({ max: 63 })), index: fc.nat({ max: 2 ** 45 }), width: fc.integer({ min: 1, max: 256 }) });
    fc.assert(fc.property(tiles, (tile) => expect(parseTilePath(tilePath(tile))).toEqual(tile)));
    for (const path of ['tile/0/000.p/256', 'tile/0/000.p/0', 'tile/64/000', 'tile/00/000', 'tile/0/../checkpoint', 'tile/0/x000/000', 'tile/0/0', '/tile/0/000', 'tile/0/000/', 'tile/data/000']) {
      expect(parseTilePath(path)).toBeUndefined();
    }
  });
  test('give back root and proofs of a tree of any size, from nothing but the tiles', async () => {
    const entries = Array.from({ length: 70_000 }, (_, at) => leafHash(sha256, Buffer.from(String(at))));
    const levels = [entries];
    for (let level = 1; level < 3; level += 1) {
      const below = levels[level - 1] as Uint8Array[];
      levels.push(Array.from({ length: Math.floor(below.length / 256) }, (_, at) => rootOf(sha256, below.slice(at * 256, at * 256 + 256))));
    }
    const read = async ({ level, index, width }: Tile): Promise<Uint8Array> => Buffer.concat((levels[Number(level)] ?? []).slice(index * 256, index * 256 + width));
    for (const size of [1, 255, 256, 257, 65_536, 65_537, 70_000]) {
      const tree = new MerkleTree(sha256, nodesInTiles(sha256, size, read));
      expect(await tree.root(size)).toEqual(rootOf(sha256, entries.slice(0, size)));
      expect(tileHolding('entries', size - 1, size).width).toBe(((size - 1) % 256) + 1);
    }
    expect(partialTiles(70_000)).toEqual([{ level: 'entries', index: 273, width: 112 }, { level: 0, index: 273, width: 112 }, { level: 1, index: 1, width: 17 }, { level: 2, index: 0, width: 1 }]);
    expect(() => hashesOf({ level: 0, index: 0, width: 2 }, new Uint8Array(63))).toThrow(RangeError);
  });
});

describe('entry bundles', () => {
  test('give back their entries; a cut one is refused', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 }), (entries) => {
        const bundle = encodeBundle(entries);
        expect(decodeBundle(bundle).map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]));
        expect(() => decodeBundle(bundle.slice(0, -1))).toThrow(RangeError);
      }),
    );
    expect([...encodeBundle([Uint8Array.of(9, 8)])]).toEqual([0, 2, 9, 8]);
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
  });
});

test('an event is shown to stand in the log by its bytes, a few hashes and a signed checkpoint; other bytes are not', async () => {
  const entries = Array.from({ length: 5 }, (_, at) => Buffer.from(`{"seq":${at}}`));
  const leaves = entries.map((entry) => leafHash(sha256, entry));
  const tree = new MerkleTree(sha256, nodesInTiles(sha256, 5, async () => Buffer.concat(leaves)));
  const text = checkpointText({ origin: ORIGIN, size: 5, root: await tree.root(5) });
  const signed = `${text}\n${signNote(text, log.verifier, log.sign)}`;
  const hashes = (await tree.inclusion(3, 5)).map((hash) => Buffer.from(hash).toString('base64'));
  const proof = { index: 3, entry: Buffer.from(entries[3] ?? '').toString('base64'), hashes };
  const key = verifierText(log.verifier);
  expect(verifyEvent(proof, signed, key, { sha256, check })).toBe(true);
  expect(verifyEvent({ ...proof, entry: Buffer.from('{"seq":4}').toString('base64') }, signed, key, { sha256, check })).toBe(false);
  expect(verifyEvent({ ...proof, index: 2 }, signed, key, { sha256, check })).toBe(false);
  expect(() => verifyEvent(proof, signed, verifierText(keyPair(ORIGIN, ED25519).verifier), { sha256, check })).toThrow('not signed');
});
