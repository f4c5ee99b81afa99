import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Frontier, peaksOf } from './frontier.js';
import { leafHash, nodeHash, type Sha256 } from './hash.js';
import { MerkleTree } from './merkle-tree.js';
import { verifyConsistency, verifyInclusion } from './merkle-verify.js';

const sha256: Sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const decode = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64');

const vectors = join(process.cwd(), 'test/fixtures/vectors/merkle');
interface Vector {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}
const cases = (kind: string): [string, Vector][] =>
  readdirSync(join(vectors, kind), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .map((path) => [path, JSON.parse(readFileSync(join(vectors, kind, path), 'utf8')) as Vector]);

describe('the proofs of transparency-dev, most of which must fail', () => {
  test('there are 196 of them', () => expect(cases('inclusion').length + cases('consistency').length).toBe(196));
  test.each(cases('inclusion'))('inclusion %s', (_path, { leafIdx: index, treeSize: size, leafHash: leaf, root, proof, wantErr }) => {
    expect(verifyInclusion(sha256, { index, size, leaf: decode(leaf), root: decode(root), proof: (proof ?? []).map(decode) })).toBe(!wantErr);
  });
  test.each(cases('consistency'))('consistency %s', (_path, { size1, size2, root1, root2, proof, wantErr }) => {
    const claim = { first: { size: size1, root: decode(root1) }, second: { size: size2, root: decode(root2) }, proof: (proof ?? []).map(decode) };
    expect(verifyConsistency(sha256, claim)).toBe(!wantErr);
  });
});

const leaves = Array.from({ length: 600 }, (_, at) => leafHash(sha256, Buffer.from(`entry ${at}`)));
/** RFC 6962 section 2.1, word for word. */
function mth(some: Uint8Array[]): Uint8Array {
  if (some.length === 0) return sha256();
  if (some.length === 1) return some[0] as Uint8Array;
  let k = 1;
  while (k * 2 < some.length) k *= 2;
  return nodeHash(sha256, mth(some.slice(0, k)), mth(some.slice(k)));
}
const tree = new MerkleTree(sha256, async (level, index) => mth(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
const sizes = fc.integer({ min: 1, max: leaves.length });

describe('a tree of any size', () => {
  test('has the root of RFC 6962, grown leaf by leaf as well as read from its subtrees, and from any point on', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, seed) => {
        const wanted = hex(mth(leaves.slice(0, size)));
        const from = seed % (size + 1);
        const peaks = peaksOf(from).map(({ level, index }) => mth(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)));
        const frontier = new Frontier(sha256, from, peaks);
        for (const leaf of leaves.slice(from, size)) frontier.append(leaf);
        expect([hex(frontier.root()), hex(await tree.root(size)), frontier.size]).toEqual([wanted, wanted, size]);
      }),
      { numRuns: 60 },
    );
    expect(hex(new Frontier(sha256).root())).toBe(hex(sha256()));
    expect(() => new Frontier(sha256, 3, [])).toThrow(RangeError);
  });

  test('proves every leaf, and the proof fails for any other leaf, index, size, root, or with any bit changed', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, seed, where) => {
        const index = seed % size;
        const right = { index, size, leaf: leaves[index] as Uint8Array, root: mth(leaves.slice(0, size)), proof: await tree.inclusion(index, size) };
        const wrong = (change: Partial<typeof right>): boolean => verifyInclusion(sha256, { ...right, ...change });
        const bent = right.proof.map((hash) => Uint8Array.from(hash));
        const at = bent[where % Math.max(1, bent.length)];
        if (at) at[where % 32] = (at[where % 32] ?? 0) ^ (1 << where % 8);
        expect(verifyInclusion(sha256, right)).toBe(true);
        const wrongs = [wrong({ leaf: sha256(right.leaf) }), wrong({ root: sha256(right.root) }), wrong({ index: size }), wrong({ proof: [...right.proof, right.root] })];
        expect([...wrongs, bent.length > 0 && wrong({ proof: bent }), bent.length > 0 && wrong({ proof: right.proof.slice(1) }), index > 0 && wrong({ index: index - 1 })]).not.toContain(true);
      }),
      { numRuns: 60 },
    );
  });

  test('proves every beginning of itself, and no other beginning', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), async (size, seed) => {
        const first = { size: 1 + (seed % size), root: mth(leaves.slice(0, 1 + (seed % size))) };
        const second = { size, root: mth(leaves.slice(0, size)) };
        const proof = await tree.consistency(first.size, size);
        expect(verifyConsistency(sha256, { first, second, proof })).toBe(true);
        const forks = [{ first: { ...first, root: sha256(first.root) }, second }, { first, second: { ...second, root: sha256(second.root) } }];
        for (const fork of forks) expect(verifyConsistency(sha256, { ...fork, proof })).toBe(false);
        if (proof.length > 0) expect(verifyConsistency(sha256, { first, second, proof: proof.slice(1) })).toBe(false);
        expect(verifyConsistency(sha256, { first, second, proof: [...proof, first.root] })).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

test('a tree goes on from the roots of its complete subtrees as if it had never been let go', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 50 }), (before, after) => {
      const leaf = (index: number): Uint8Array => leafHash(sha256, Uint8Array.of(index >> 8, index & 255));
      const whole = new Frontier(sha256);
      for (let index = 0; index < before; index += 1) whole.append(leaf(index));
      const again = new Frontier(sha256, before, whole.roots());
      for (let index = before; index < before + after; index += 1) for (const tree of [whole, again]) tree.append(leaf(index));
      expect(hex(again.root())).toBe(hex(whole.root()));
      expect(again.roots()).toHaveLength(peaksOf(before + after).length);
    }),
  );
});
