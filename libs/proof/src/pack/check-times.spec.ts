import { describe, expect, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import type { PackedEvent } from './check-chain.js';
import type { SignedTree } from './check-checkpoints.js';
import { checkTimes } from './check-times.js';
import { Findings } from './report.js';

const NOON = Date.UTC(2026, 10, 25, 12) / 1_000;
const tree = (size: number, seconds?: number): SignedTree => ({ size, root: new Uint8Array(32), ...(seconds !== undefined && { seenAt: NOON + seconds }) });
const recorded = (seconds: number): PackedEvent => {
  const recordedAt = new Date((NOON + seconds) * 1_000).toISOString().replace('Z', '000Z');
  return { bytes: new Uint8Array(), leaf: new Uint8Array(32), where: { person: 'p', purpose: 'newsletter', version: 1, seq: 1 }, event: { recordedAt } as LedgerEvent };
};

function found(event: PackedEvent, index: number, trees: SignedTree[]): string[] {
  const findings = new Findings();
  checkTimes(findings, trees, new Map([[event, index]]));
  return findings.all.map(({ state }) => state);
}
/** 10 events were seen at noon, 20 a hundred seconds later, 30 after another hundred. */
const TREES = [tree(10, 0), tree(20, 100), tree(30, 200)];

describe('the time of an event', () => {
  test('fits between the checkpoint before it and the first one that holds it, give or take a minute', () => {
    for (const seconds of [-59, 0, 50, 100, 159]) expect(found(recorded(seconds), 15, TREES)).toEqual(['holds']);
    expect(found(recorded(-1_000_000), 5, TREES)).toEqual(['holds']);
  });

  test('after the checkpoint that holds it is wrong; long before the one without it, the event was sequenced late, which is said apart', () => {
    expect(found(recorded(161), 15, TREES)).toEqual(['fails']);
    expect(found(recorded(61), 9, TREES)).toEqual(['fails']);
    expect(found(recorded(-61), 15, TREES)).toEqual(['late', 'holds']);
    expect(found(recorded(39), 25, TREES)).toEqual(['late', 'holds']);
  });

  test('is not spoken of where no cosignature says when a checkpoint was seen', () => {
    expect(found(recorded(0), 15, [tree(10), tree(20)])).toEqual([]);
  });
});
