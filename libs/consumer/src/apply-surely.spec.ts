import { describe, expect, test } from '@jest/globals';
import { courseOf } from './apply-surely.js';
import { HandlerFault, ofCommit } from './faults.js';

const coded = (code: string): Error => Object.assign(new Error('no'), { code });
const LATE = 1_000;

describe('whose fault a failure is', () => {
  test.each(['53100', '53200', '53300', '53400'])('is never a message’s where the database is full (%s), however often it was tried', (code) => {
    expect(courseOf(coded(code), 1, 1)).toBe('environment');
    expect(courseOf(coded(code), LATE, 1)).toBe('environment');
    expect(courseOf(new HandlerFault(coded(code)), LATE, 1)).toBe('environment');
  });

  const waits = ['57014', '55P03', '57P01', '57P03', '25006', 'ECONNREFUSED'].map((code): [string, Error] => [code, coded(code)]);
  const noConnection = 'timeout exceeded when trying to connect';
  test.each([...waits, [noConnection, new Error(noConnection)] as const])('is never a message’s where the consumer’s own statement could not be begun or had to wait too long (%s), however often it was tried', (_, error) => {
    expect(courseOf(error, 1, 1)).toBe('environment');
    expect(courseOf(error, LATE, 1)).toBe('environment');
    expect(courseOf(new HandlerFault(error), LATE, 1)).toBe('message');
  });

  test.each(['57014', '55P03'])('of many messages is looked for in halves where they take too long together (%s), after some tries', (code) => {
    expect(courseOf(coded(code), 1, 2)).toBe('again');
    expect(courseOf(coded(code), LATE, 2)).toBe('message');
    expect(courseOf(coded('ECONNREFUSED'), LATE, 2)).toBe('environment');
  });

  test.each(['57014', '55P03'])('is a message’s where its commit alone takes too long (%s), after some tries: what is checked then its handler wrote', (code) => {
    const error = coded(code);
    expect(() => ofCommit(error)).toThrow(error);
    expect(courseOf(error, 1, 1)).toBe('again');
    expect(courseOf(error, LATE, 1)).toBe('message');
  });

  test.each(['P0001', '42P01', '55000'])('is a message’s where its commit alone is refused (%s), and nobody’s where a statement of the consumer’s own is', (code) => {
    expect(courseOf(coded(code), LATE, 1)).toBe('environment');
    const error = coded(code);
    expect(() => ofCommit(error)).toThrow(error);
    expect(courseOf(error, 1, 2)).toBe('message');
    expect(courseOf(error, 1, 1)).toBe('message');
  });

  test('is a message’s where the database is said to be away though it takes writes, after some tries', () => {
    expect(courseOf(coded('08006'), 1, 1)).toBe('environment');
    expect(courseOf(coded('08006'), LATE, 1)).toBe('message');
  });

  test('is a message’s where its values cannot be stored, or its handler throws', () => {
    expect(courseOf(coded('22P05'), 1, 1)).toBe('message');
    expect(courseOf(new HandlerFault(new Error('no')), 1, 1)).toBe('message');
  });
});
