import { describe, expect, test } from '@jest/globals';
import type { ConsentState, Decision } from '../ledger/ledger-types.js';
import { waitingNo } from './waiting-no.js';

const state: ConsentState = { purpose: 'marketing', status: 'given', allowed: true, channels: ['app', 'email', 'sms'], partners: ['acme', 'bolt'], version: 1 };
const no = (more: Partial<Decision> = {}): Decision => ({ purpose: 'marketing', decision: 'withdraw', ...more });
const of = (...decisions: Decision[]) => waitingNo([...decisions, { purpose: 'other', decision: 'withdraw' }], state);

describe('a no that waits', () => {
  test('is to what it names, and to nothing else of the purpose', () => {
    expect(of(no({ channels: ['sms'] }))).toEqual({ of: 'parts', parts: ['sms'] });
    expect(of(no({ channels: ['sms'] }), no({ partners: ['acme'] }))).toEqual({ of: 'parts', parts: ['sms', 'acme'] });
    expect(of()).toBeUndefined();
  });

  test('is to the whole purpose where it names nothing, or leaves nothing', () => {
    expect(of(no({ channels: ['sms'] }), no())).toMatchObject({ of: 'whole' });
    expect(of(no({ channels: ['sms'] }), no({ channels: ['app'] }), no({ channels: ['email'] }))).toMatchObject({ of: 'whole' });
    expect(of(no({ partners: ['acme', 'bolt'] }))).toMatchObject({ of: 'whole' });
    expect(of({ purpose: 'marketing', decision: 'object' })).toMatchObject({ of: 'whole' });
  });
});
