import { describe, expect, test } from '@jest/globals';
import type { ConsentState, Purpose, WholePerson } from '../ledger/ledger-types.js';
import { aboveOf, chosenOf, heldDown, wishesOf } from './wishes.js';

const purpose = { id: 'electronic-marketing', choice: 'grant-withdraw', holder: 'person', channels: ['app', 'sms'] } as unknown as Purpose;
const offered = (state: Partial<ConsentState>) =>
  wishesOf(purpose, { purpose: purpose.id, status: 'given', allowed: true, ...state } as ConsentState, { locale: 'sv', titleOf: (channel) => channel })?.channels.map(({ id, on }) => [id, on]);

test('channels are offered where there is something to choose: of several, and of the last one where it is not used', () => {
  expect(offered({ channels: ['app', 'sms'] })).toEqual([['app', true], ['sms', true]]);
  expect(offered({ channels: ['app'] })).toEqual([]);
  expect(offered({ channels: ['sms'], chosen: { status: 'given', allowed: true, channels: ['app', 'sms'], preferred: ['sms'] } as ConsentState['chosen'] })).toEqual([['app', false], ['sms', true]]);
  expect(offered({ allowed: false, channels: [], chosen: { status: 'given', allowed: true, channels: ['app'], preferred: [] } as ConsentState['chosen'] })).toEqual([['app', false]]);
});

describe('what holds a choice down', () => {
  const pausedUntil = '2027-03-01T20:00:00.000000Z';
  const chosen = { status: 'given', allowed: true, channels: ['app', 'sms'] };
  const above = (state: Partial<ConsentState>, whole: WholePerson = {}) => aboveOf(purpose, { purpose: purpose.id, status: 'given', allowed: false, channels: [], chosen, version: 1, ...state }, whole, (channel) => channel);

  test('is named by what has no end before what ends by itself', () => {
    expect(above({ preferences: { pausedUntil } })).toEqual({ kind: 'paused', until: pausedUntil });
    expect(above({ preferences: { pausedUntil } }, { suppressed: true, pausedUntil })).toEqual({ kind: 'silenced' });
    expect(above({ preferences: { pausedUntil }, chosen: { ...chosen, preferred: [] } })).toEqual({ kind: 'unused' });
    expect(above({ status: 'restricted', preferences: { pausedUntil } }, { suppressed: true })).toEqual({ kind: 'restricted' });
  });

  test.each([[[]], [['email']]])('is that none of the channels he uses is on, where they are not (%j), and not that he wants no contact', (preferred) => {
    expect(above({ chosen: { ...chosen, preferred } })).toEqual({ kind: 'unused' });
    expect(above({ chosen: { ...chosen, preferred } }, { suppressed: true })).toEqual({ kind: 'silenced' });
  });

  test('is that he wants no contact, where the channels that he uses are closed to everything', () => {
    expect(above({ chosen: { ...chosen, preferred: ['sms'] } }, { suppressedChannels: ['sms'] })).toEqual({ kind: 'silenced' });
    expect(above({}, { suppressed: true })).toEqual({ kind: 'silenced' });
  });

  test('is no wish for silence where the purpose reaches nobody', () => {
    const told = { ...purpose, channels: undefined } as Purpose;
    expect(aboveOf(told, { purpose: told.id, status: 'given', allowed: false, version: 1, chosen: { status: 'given', allowed: true }, preferences: { pausedUntil } }, { suppressed: true }, String)).toEqual({ kind: 'paused', until: pausedUntil });
  });
});

describe('of a state by Kafka', () => {
  const NOW = '2026-11-22T10:00:00.000Z';
  const interest = { id: 'marketing-reach', choice: 'object-lift', holder: 'person' } as unknown as Purpose;
  const held = (one: Purpose, state: Partial<ConsentState>): ConsentState => heldDown(one, { purpose: one.id, status: 'given', allowed: false, channels: [], version: 1, ...state }, NOW);

  test.each<[Purpose, string]>([[purpose, 'given'], [purpose, 'renewed'], [purpose, 'restricted'], [interest, 'unknown'], [interest, 'restricted']])('what may not be done though nobody said no is held down, and can be taken back (%#: %s)', (one, status) => {
    const state = held(one, { status });
    expect(chosenOf(state)).toMatchObject({ allowed: true });
    expect(aboveOf(one, state, undefined, String)).toEqual({ kind: status === 'restricted' ? 'restricted' : 'held' });
    expect(aboveOf(one, { ...state, status: 'given', preferences: { pausedUntil: NOW } }, undefined, String)).toEqual({ kind: 'paused', until: NOW });
  });

  test.each<[Purpose, Partial<ConsentState>]>([[purpose, { status: 'withdrawn' }], [purpose, { status: 'refused' }], [purpose, { status: 'requested' }], [purpose, { status: 'expired' }], [purpose, { status: 'unknown' }], [purpose, { validUntil: NOW }], [interest, { status: 'objected' }]])('a no, an end, and what nobody said yes to are off (%#)', (one, state) => {
    expect(chosenOf(held(one, state)).allowed).toBe(false);
  });
});
