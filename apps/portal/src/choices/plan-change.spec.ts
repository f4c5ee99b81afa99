import { describe, expect, test } from '@jest/globals';
import type { ConsentState, Purpose } from '../ledger/ledger-types.js';
import { NotSwitchable, planChange } from './plan-change.js';

const purpose = (more: Partial<Purpose> = {}): Purpose => ({ id: 'electronic-marketing', basis: 'eu-gdpr:A6-1-a', holder: 'person', choice: 'grant-withdraw', ...more });
const state = (more: Partial<ConsentState> = {}): ConsentState => ({ purpose: 'electronic-marketing', status: 'given', allowed: true, version: 1, ...more });
const press = (turn: 'on' | 'off', more: object = {}): { purpose: string; turn: 'on' | 'off' } => ({ purpose: 'electronic-marketing', turn, ...more });

describe('a yes', () => {
  test('to a purpose with channels names all of them', () => {
    expect(planChange(purpose({ channels: ['app', 'sms'] }), press('on'), undefined)).toEqual({ purpose: 'electronic-marketing', decision: 'grant', channels: ['app', 'sms'] });
  });

  test('to one channel keeps those that hold, since the list of a grant is complete', () => {
    const decision = planChange(purpose({ channels: ['app', 'sms'] }), press('on', { channel: 'sms' }), state({ channels: ['app'] }));
    expect(decision).toMatchObject({ decision: 'grant', channels: ['app', 'sms'] });
  });

  test('to sharing needs a partner by name', () => {
    expect(() => planChange(purpose({ partners: true }), press('on'), undefined)).toThrow(NotSwitchable);
    expect(planChange(purpose({ partners: true }), press('on', { partner: 'b' }), state({ partners: ['a'] }))).toMatchObject({ partners: ['a', 'b'] });
  });

  test('to a purpose of devices cannot be given here', () => {
    expect(() => planChange(purpose({ holder: 'device' }), press('on'), undefined)).toThrow(NotSwitchable);
  });

  test('after an objection lifts it', () => {
    expect(planChange(purpose({ choice: 'object-lift' }), press('on'), undefined)).toEqual({ purpose: 'electronic-marketing', decision: 'lift' });
  });
});

describe('a no', () => {
  test('takes away one channel or partner, or everything', () => {
    expect(planChange(purpose({ channels: ['app', 'sms'] }), press('off', { channel: 'sms' }), undefined)).toEqual({ purpose: 'electronic-marketing', decision: 'withdraw', channels: ['sms'] });
    expect(planChange(purpose({ partners: true }), press('off', { partner: 'a' }), undefined)).toMatchObject({ partners: ['a'] });
    expect(planChange(purpose({ channels: ['app', 'sms'] }), press('off'), undefined)).toEqual({ purpose: 'electronic-marketing', decision: 'withdraw' });
  });

  test('does not depend on what holds: it can be said while nobody knows', () => {
    for (const one of [purpose(), purpose({ holder: 'device' }), purpose({ choice: 'object-lift' })]) {
      expect(planChange(one, press('off'), undefined)).toEqual(planChange(one, press('off'), state()));
      expect(['withdraw', 'refuse', 'object']).toContain(planChange(one, press('off'), undefined).decision);
    }
  });

  test('for all devices is a refusal on the person', () => {
    expect(planChange(purpose({ holder: 'device' }), press('off'), undefined)).toEqual({ purpose: 'electronic-marketing', decision: 'refuse' });
  });
});

test('what is only told cannot be switched', () => {
  for (const turn of ['on', 'off'] as const) expect(() => planChange(purpose({ choice: 'told' }), press(turn), undefined)).toThrow(NotSwitchable);
});
