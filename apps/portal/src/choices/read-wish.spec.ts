import { describe, expect, test } from '@jest/globals';
import { readWish, type Wish } from './read-wish.js';

const KEY = 'a1b2c3d4-0000';
const NOW = new Date('2027-01-31T10:15:00Z');
const read = (fields: object) => readWish({ key: KEY, ...fields }, NOW) as Wish | undefined;

describe('a form of wishes', () => {
  test('names topics, frequency and language; what is left empty is taken back', () => {
    expect(read({ act: 'wishes', purpose: 'newsletter', topics: ['products', 'training'], frequency: 'monthly', language: 'da' })?.body).toEqual({ purpose: 'newsletter', topics: ['products', 'training'], frequency: 'monthly', language: 'da' });
    expect(read({ act: 'wishes', purpose: 'newsletter', topics: 'products', frequency: '', language: '' })?.body).toEqual({ purpose: 'newsletter', topics: ['products'], frequency: null, language: null });
    expect(read({ act: 'wishes', purpose: 'newsletter' })?.body).toEqual({ purpose: 'newsletter', topics: null, frequency: null, language: null });
  });

  test('names channels only where it asks for them, and then at least one', () => {
    expect(read({ act: 'wishes', purpose: 'electronic-marketing', asks: 'channels', channels: ['sms'] })?.body).toMatchObject({ channels: ['sms'] });
    expect(read({ act: 'wishes', purpose: 'electronic-marketing', asks: 'channels' })).toEqual({ unchosen: 'electronic-marketing' });
    expect(read({ act: 'wishes', purpose: 'electronic-marketing', channels: ['sms'] })?.body).not.toHaveProperty('channels');
  });

  test.each([['week', '2027-02-07'], ['month', '2027-02-28'], ['quarter', '2027-04-30'], ['half', '2027-07-31']])('pauses for a %s to the evening of %s', (length, day) => {
    expect(read({ act: 'pause', purpose: 'newsletter', length })?.body).toEqual({ purpose: 'newsletter', pausedUntil: `${day}T20:00:00Z` });
  });

  test('of everything: pause, its end, and no contact at all', () => {
    expect(read({ act: 'pause', length: 'week' })?.body).toEqual({ pausedUntil: '2027-02-07T20:00:00Z' });
    expect(read({ act: 'resume' })?.body).toEqual({ pausedUntil: null });
    expect(read({ act: 'silence' })?.body).toEqual({ suppressed: true });
    expect(read({ act: 'speak' })?.body).toEqual({ suppressed: false });
  });

  test('pressed twice counts once, and with other content by itself', () => {
    const one = read({ act: 'pause', length: 'week' })?.key;
    expect(readWish({ key: KEY, act: 'pause', length: 'week' }, new Date(NOW.getTime() + 60_000))).toMatchObject({ key: one });
    expect(read({ act: 'pause', length: 'month' })?.key).not.toBe(one);
  });

  test.each([{ act: 'silence', purpose: 'newsletter' }, { act: 'wishes' }, { act: 'constructor' }, { act: 'pause', length: 'toString' }, { act: 'pause', purpose: '../x', length: 'week' }, { act: 'resume', key: 'x y' }, {}])('that makes no sense is none: %j', (fields) => {
    expect(read(fields)).toBeUndefined();
  });
});
