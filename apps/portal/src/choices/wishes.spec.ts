import { expect, test } from '@jest/globals';
import type { ConsentState, Purpose } from '../ledger/ledger-types.js';
import { wishesOf } from './wishes.js';

const purpose = { id: 'electronic-marketing', choice: 'grant-withdraw', holder: 'person', channels: ['app', 'sms'] } as unknown as Purpose;
const offered = (state: Partial<ConsentState>) =>
  wishesOf(purpose, { purpose: purpose.id, status: 'given', allowed: true, ...state } as ConsentState, { locale: 'sv', titleOf: (channel) => channel })?.channels.map(({ id, on }) => [id, on]);

test('channels are offered where there is something to choose: of several, and of the last one where it is not used', () => {
  expect(offered({ channels: ['app', 'sms'] })).toEqual([['app', true], ['sms', true]]);
  expect(offered({ channels: ['app'] })).toEqual([]);
  expect(offered({ channels: ['sms'], chosen: { status: 'given', allowed: true, channels: ['app', 'sms'], preferred: ['sms'] } as ConsentState['chosen'] })).toEqual([['app', false], ['sms', true]]);
  expect(offered({ allowed: false, channels: [], chosen: { status: 'given', allowed: true, channels: ['app'], preferred: [] } as ConsentState['chosen'] })).toEqual([['app', false]]);
});
