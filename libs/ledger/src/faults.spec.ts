import { describe, expect, test } from '@jest/globals';
import { faultOf } from './faults.js';

const withCode = (code: string): Error => Object.assign(new Error('a statement failed'), { code });

describe('what a failed statement means for those who wait', () => {
  test.each(['40001', '40P01', '55P03', '57014'])('%s (a conflict, a lock, a time limit) wrote nothing: it is tried again', (code) => {
    expect(faultOf(withCode(code))).toBe('again');
  });

  test.each(['53100', '53200'])('%s (a full disk, no memory) wrote nothing: it is tried again, and told as unavailable, not as a fault of ours', (code) => {
    expect(faultOf(withCode(code))).toBe('again');
  });

  test.each(['08006', '57P01', '25P04', '53300', 'ECONNRESET'])('%s (the connection, or the server) is unclear: it may have been written', (code) => {
    expect(faultOf(withCode(code))).toBe('unclear');
  });

  test('23505 stands already; anything else will fail every time', () => {
    expect(faultOf(withCode('23505'))).toBe('taken');
    expect(faultOf(withCode('22P02'))).toBe('broken');
    expect(faultOf(new TypeError('a mistake'))).toBe('broken');
  });
});
