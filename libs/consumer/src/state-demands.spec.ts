import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { RawMessage } from './received.js';
import { demandsOf } from './state-demands.js';

const [one, two] = [randomUUID(), randomUUID()];
const record = (person: string, purpose: string, data?: object): RawMessage => {
  const value = data === undefined ? null : Buffer.from(JSON.stringify({ person, kind: 'person', purpose, seq: 1, version: 1, ...data }));
  return { topic: 'state', partition: 0, offset: '0', key: Buffer.from(`${person}:${purpose}`), value };
};
const met = (...records: RawMessage[]): boolean => {
  const demands = demandsOf([`${one}:newsletter`, `${one}:statistics`, `${two}:newsletter`]);
  demands.see(records);
  return demands.areMet();
};
const granted = { allowed: true };

test('each stream of the last events has a record, or a tombstone', () => {
  expect(met(record(one, 'newsletter', granted), record(two, 'newsletter', granted))).toBe(false);
  expect(met(record(one, 'newsletter', granted), record(one, 'statistics'), record(two, 'newsletter', granted))).toBe(true);
  expect(demandsOf([]).areMet()).toBe(true);
});

test('of somebody who was erased his own record is enough, also where it cannot be read; of anybody else it is not', () => {
  const other = record(two, 'newsletter', granted);
  expect(met(other, record(one, '~person', { erased: true }))).toBe(true);
  expect(met(other, { ...record(one, '~person'), value: Buffer.from('{') })).toBe(true);
  expect(met(other, record(one, '~person', { restricted: true }))).toBe(false);
});
