import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import reference from 'canonicalize';
import fc from 'fast-check';
import { canonicalBytes, canonicalText } from './canonical.js';
import { commitment, leafHash, nodeHash, type Sha256 } from './hash.js';

const vectors = join(process.cwd(), 'test/fixtures/vectors');
const sha256: Sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const read = (path: string): string => readFileSync(join(vectors, path), 'utf8');

interface Expected {
  leaves: string[];
  rootOfBoth: string;
  evidence: Record<string, { random: string; item: string; commitment: string }>;
  purpose: unknown;
  definition: string;
  notice: unknown;
  noticeSha256: string;
}
const expected = JSON.parse(read('format1/expected.json')) as Expected;

describe('format 1, to the bit', () => {
  const events = ['format1/event-1.json', 'format1/event-2.json'].map((path) => Buffer.from(read(path)));
  test('an event read and written again has the same bytes', () => {
    for (const bytes of events) expect(Buffer.from(canonicalBytes(JSON.parse(bytes.toString())))).toEqual(bytes);
  });
  test('leaf hashes, the link between the two, and the root over both', () => {
    const leaves = events.map((bytes) => leafHash(sha256, bytes));
    expect(leaves.map(hex)).toEqual(expected.leaves);
    expect((JSON.parse(events[1]?.toString() ?? '') as { prev: string }).prev).toBe(expected.leaves[0]);
    const [left, right] = leaves;
    if (left && right) expect(hex(nodeHash(sha256, left, right))).toBe(expected.rootOfBoth);
  });
  test('commitments of evidence', () => {
    for (const { random, item, commitment: wanted } of Object.values(expected.evidence)) {
      expect(hex(commitment(sha256, Buffer.from(random, 'hex'), Buffer.from(item)))).toBe(wanted);
    }
    expect(() => commitment(sha256, Buffer.alloc(31), Buffer.from('x'))).toThrow(RangeError);
  });
  test('definition of a purpose and hash of a notice', () => {
    expect(hex(sha256(canonicalBytes(expected.purpose)))).toBe(expected.definition);
    expect(hex(sha256(canonicalBytes(expected.notice)))).toBe(expected.noticeSha256);
  });
});

describe('RFC 8785', () => {
  test.each(readdirSync(join(vectors, 'jcs/input')))('%s is written as the standard says', (file) => {
    const written = canonicalBytes(JSON.parse(read(`jcs/input/${file}`)));
    expect(Buffer.from(written).toString()).toBe(read(`jcs/output/${file}`).trimEnd());
    const bytes = read(`jcs/outhex/${file.replace('.json', '.txt')}`).trim().split(/\s+/).join('');
    expect(hex(written)).toBe(bytes);
  });
  test('any JSON value is written as the reference implementation writes it', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }), (value) => expect(canonicalText(value)).toBe(reference(value))), { numRuns: 2_000 });
  });
  test('members that are undefined are left out; what is no JSON is an error', () => {
    expect(canonicalText({ b: undefined, a: 1 })).toBe('{"a":1}');
    expect(() => canonicalText(undefined)).toThrow(TypeError);
    for (const value of [{ a: NaN }, { a: Infinity }, { a: () => 1 }, { a: 1n }]) expect(() => canonicalText(value)).toThrow();
  });
});
