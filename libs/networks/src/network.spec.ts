import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { networkOf, rangeOf } from './index.js';

test.each([
  ['192.0.2.77', '192.0.2.0', 24],
  ['::ffff:192.0.2.77', '192.0.2.0', 24],
  ['2001:db8:1:2::3', '2001:db8:1::', 48],
  ['::1', '::', 48],
  ['fe80::1%eth0', 'fe80::', 48],
])('%s lies in the network %s, written with zeros in place of the rest or as a range of %i bits', (address, network, bits) => {
  expect([networkOf(address), rangeOf(address)]).toEqual([network, `${network}/${bits}`]);
});

test.each(['nowhere', '', '192.0.2.256', '192.0.2.0/24', '::g'])('%s lies in none', (text) => {
  expect([networkOf(text), rangeOf(text)]).toEqual([undefined, undefined]);
});

test('nothing of an address is left but its network: all of one network are the same, and a network is its own', () => {
  const bytes = (length: number): fc.Arbitrary<number[]> => fc.array(fc.nat(255), { minLength: length, maxLength: length });
  const written = (...all: number[]): string => ipaddr.fromByteArray(all).toString();
  fc.assert(
    fc.property(bytes(3), fc.nat(255), (network, host) => {
      expect(networkOf(written(...network, host))).toBe(written(...network, 0));
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0x20, max: 0x3f }), bytes(5), bytes(10), (first, rest, host) => {
      const network = written(first, ...rest, ...host.map(() => 0));
      expect([networkOf(written(first, ...rest, ...host)), networkOf(network)]).toEqual([network, network]);
    }),
  );
});
