import { expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { pino } from 'pino';
import type { Act } from '../ledger/ledger-types.js';
import { awaitActs } from './await-acts.js';

const PERSON = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';

/** What is kept of these acts on one event, as systems and states. */
async function keptOf(acts: Act[]): Promise<unknown[]> {
  const kept: unknown[] = [];
  const pool = { query: async (_text: string, [, , systems, states]: unknown[]) => void kept.push([systems, states]) } as unknown as Pool;
  let looks = 0;
  const over = new Promise<void>((resolve) => {
    // What was seen at a look is kept before the next one.
    const ledger = { actsOn: async () => ((looks += 1) === 3 && resolve(), acts) };
    awaitActs({ ledger, pool, log: pino({ level: 'silent' }), onHeard: () => undefined, pauses: [1, 1, 1] }).follow(PERSON, 'a change');
  });
  await over;
  return kept;
}

test('what a system said of a person’s own “no” is kept; what it acknowledged of a later change is not told as its answer to this one', async () => {
  const own: Act = { system: 'analytics', state: 'acted', afterMs: 20 };
  const later: Act = { system: 'newsletter', state: 'acted', afterMs: 9_000, byVersion: 3 };
  expect(await keptOf([own, later, { system: 'crm', state: 'waiting' }])).toEqual([[['analytics'], ['acted']]]);
  expect(await keptOf([later])).toEqual([]);
});
