import { afterEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { Bell, type Term } from '#outbox';
import { until } from '#testing';
import type { CheckpointWriter } from './checkpoint-writer.js';
import { keepLog } from './keep-log.js';

const over = new AbortController();
const told: { level: number; msg: string; reason?: string; seconds?: number }[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as (typeof told)[number]) });
afterEach(() => {
  jest.restoreAllMocks();
  over.abort();
});

test('a log that is signed no more is told at once as a warning, and again every five minutes as an error for as long as that goes on', async () => {
  let [now, fails, steps] = [0, true, 0];
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const step = async (): Promise<boolean> => {
    steps += 1;
    if (fails) throw new Error('ENOSPC: no space left on device');
    return false;
  };
  const grown = new Bell();
  const term: Term = { fencing: '1', signal: over.signal, leads: () => true, end: () => undefined };
  const keeping = keepLog({ writer: { step } as unknown as CheckpointWriter, log, grown, signed: [] }, term);
  const afterTwo = async (): Promise<void> => {
    const already = steps;
    await until(() => steps > already + 1, { timeoutMs: 10_000, what: 'two further tries' });
  };
  const reason = 'ENOSPC: no space left on device';
  await afterTwo();
  expect(told).toMatchObject([{ level: 40, msg: 'cannot sign a checkpoint; trying again', reason }]);
  for (const minutes of [5, 10]) {
    now = minutes * 60_000;
    await afterTwo();
    expect(told.at(-1)).toMatchObject({ level: 50, msg: 'the log is still not signed', reason, seconds: minutes * 60 });
  }
  fails = false;
  await afterTwo();
  [fails, now] = [true, 16 * 60_000];
  await afterTwo();
  expect(told.map(({ level }) => level)).toEqual([40, 50, 50, 40]);
  over.abort();
  await keeping;
});
