import { describe, expect, test } from '@jest/globals';
import { latest, mayUse, type HeldPerson, type HeldState } from './may.js';

const now = 1_000;
const state = (more: Partial<HeldState> = {}): HeldState => ({ version: 1, parkedVersion: 0, allowed: true, ...more });
const person = (more: Partial<HeldPerson> = {}): HeldPerson => ({ version: 1, parkedVersion: 0, erased: false, restricted: false, suppressed: false, ...more });

describe('the answer', () => {
  test('is the catalogue’s where nothing is known', () => {
    expect(mayUse({ byDefault: true, now })).toBe(true);
    expect(mayUse({ byDefault: false, now })).toBe(false);
  });

  test('is the state’s where there is one, before the person’s record and the default', () => {
    expect(mayUse({ state: state(), person: person({ restricted: true }), byDefault: false, now })).toBe(true);
    expect(mayUse({ state: state({ allowed: false }), byDefault: true, now })).toBe(false);
  });

  test('is no from validUntil on, and yes until the millisecond before', () => {
    expect(mayUse({ state: state({ validUntil: now + 1 }), byDefault: true, now })).toBe(true);
    expect(mayUse({ state: state({ validUntil: now }), byDefault: true, now })).toBe(false);
  });

  test('is for the channels that are left, and for all where the purpose has none', () => {
    expect(mayUse({ state: state({ channels: ['email'] }), channel: 'email', byDefault: true, now })).toBe(true);
    expect(mayUse({ state: state({ channels: ['email'] }), channel: 'sms', byDefault: true, now })).toBe(false);
    expect(mayUse({ state: state({ channels: [] }), channel: 'email', byDefault: true, now })).toBe(false);
    expect(mayUse({ state: state(), channel: 'email', byDefault: true, now })).toBe(true);
  });

  test.each([{ restricted: true }, { suppressed: true }, { erased: true }, { mergedInto: 'x' }])('without a state is no for a person with %j', (more) => {
    expect(mayUse({ person: person(more), byDefault: true, now })).toBe(false);
  });

  test('is no for an erased person whatever a state says', () => {
    expect(mayUse({ state: state(), person: person({ erased: true }), byDefault: true, now })).toBe(false);
  });

  test('is no while a parked message may have changed it', () => {
    expect(mayUse({ state: state({ version: 3, parkedVersion: 4 }), byDefault: true, now })).toBe(false);
    expect(mayUse({ state: state({ version: 4, parkedVersion: 4 }), byDefault: true, now })).toBe(true);
    expect(mayUse({ person: person({ parkedVersion: 2 }), byDefault: true, now })).toBe(false);
  });
});

describe('of two that are held of the same', () => {
  test('the newer one holds: by version, and by when it was recorded where the ledger gave versions anew', () => {
    const [older, newer] = [state({ version: 3, recorded: 5 }), state({ version: 2, recorded: 6, allowed: false })];
    expect(latest(state({ version: 1 }), older)).toBe(older);
    expect(latest(older, undefined)).toBe(older);
    expect(latest(newer, state({ version: 2, recorded: 5 }))).toBe(newer);
    expect(latest(state({ version: 2, recorded: 5 }), newer)).toBe(newer);
    expect([latest(older, newer), latest(newer, older)]).toEqual([newer, newer]);
  });

  test('what either knows to be parked is parked', () => {
    expect(latest(state({ version: 3 }), state({ version: 2, parkedVersion: 4 }))).toEqual(state({ version: 3, parkedVersion: 4 }));
    expect(latest(state({ version: 2, parkedVersion: 4 }), state({ version: 3 }))).toEqual(state({ version: 3, parkedVersion: 4 }));
  });
});
