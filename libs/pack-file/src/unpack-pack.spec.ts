import { expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { isZip, unpackPack } from './unpack-pack.js';

const zip = Buffer.from(zipSync({ 'a.txt': Buffer.from('one'), 'b.txt': Buffer.from('two') }));

test('a zip is its files by name', () => {
  expect(isZip(zip)).toBe(true);
  expect([...unpackPack(zip)].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([['a.txt', 'one'], ['b.txt', 'two']]);
});

test('what is no zip, is cut, or has one name for two files is refused', () => {
  expect(isZip(Buffer.from('PK'))).toBe(false);
  for (const bytes of [Buffer.from(''), Buffer.from('no zip'), zip.subarray(0, 40)]) expect(() => unpackPack(bytes)).toThrow('cannot be unpacked');
  const twice = Buffer.from(zip.toString('latin1').replaceAll('b.txt', 'a.txt'), 'latin1');
  expect(() => unpackPack(twice)).toThrow('a.txt twice');
  const unseen = Buffer.from(zipSync({ 'a.txt': Buffer.from('one'), xxprotoxx: Buffer.from('two') })).toString('latin1').replaceAll('xxprotoxx', '__proto__');
  expect(() => unpackPack(Buffer.from(unseen, 'latin1'))).toThrow('not every reader sees');
});
