import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lookupOf, type Identifier } from './identifiers.js';
import { fingerprintOf, KeyChain, KeyMissing, keysIn, wrapLookup } from './key-chain.js';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const chain = fc.array(key, { minLength: 2, maxLength: 5 });
const identifier = fc.record({ kind: fc.constantFrom('email', 'phone', 'customer', 'portal'), value: fc.string({ minLength: 1 }) }) as fc.Arbitrary<Identifier>;

test('wrapping a stored look-up gives what the longer chain gives: no plain text is needed', () => {
  fc.assert(
    fc.property(chain, identifier, (keys, who) => {
      const last = keys.at(-1) as Buffer;
      expect(wrapLookup(last, lookupOf(keys.slice(0, -1), who))).toEqual(lookupOf(keys, who));
      expect(wrapLookup(last, lookupOf(keys.slice(0, -1), who))).toEqual(createHmac('sha256', last).update(lookupOf(keys.slice(0, -1), who)).digest());
    }),
  );
});

test('in every phase an identifier is looked for under each value that it may stand under, and claimed under the newest', () => {
  fc.assert(
    fc.property(chain, identifier, fc.nat({ max: 20 }), (keys, who, some) => {
      const phase = 2 + (some % (2 * keys.length - 1));
      const known = new KeyChain(keys);
      known.enter(phase);
      const { lookup, former, phase: inPhase } = known.of(who);
      expect(inPhase).toBe(phase);
      expect(lookup).toEqual(lookupOf(keys.slice(0, keysIn(phase)), who));
      expect(former).toEqual(phase % 2 === 1 ? lookupOf(keys.slice(0, keysIn(phase) - 1), who) : undefined);
    }),
  );
});

describe('following the ledger', () => {
  const [first, second, other] = ['1', '2', '3'].map((fill) => Buffer.alloc(32, fill)) as [Buffer, Buffer, Buffer];
  test('reads the keyring again when a key is missing, and only then', () => {
    let reads = 0;
    const known = new KeyChain([first], () => {
      reads += 1;
      return [first, second];
    });
    known.enter(2);
    expect([known.keys, reads]).toEqual([[first], 0]);
    known.enter(3, fingerprintOf(second));
    expect([known.keys, reads]).toEqual([[first, second], 1]);
    known.enter(4, fingerprintOf(second));
    expect(reads).toBe(1);
  });
  test('a prepared key is not used before the ledger says so', () => {
    const known = new KeyChain([first, second]);
    known.enter(2);
    expect(known.keys).toEqual([first]);
  });
  test.each([
    ['is missing', () => [first]],
    ['is another', () => [first, other]],
    ['cannot be read', () => { throw new KeyMissing('no file'); }],
  ])('stays where it was when the key %s', (_, reread) => {
    const known = new KeyChain([first], reread);
    known.enter(2);
    expect(() => known.enter(3, fingerprintOf(second))).toThrow(KeyMissing);
    expect([known.phase, known.keys]).toEqual([2, [first]]);
  });
});
