import { utc, type SignedTree } from './check-checkpoints.js';
import type { Places } from './check-inclusion.js';
import type { Findings } from './report.js';

const TOLERANCE_SECONDS = 60;

type SeenTree = SignedTree & { seenAt: number };

/** The time of recording fits between the checkpoints before and after the event's place in the log, give or take a minute. */
export function checkTimes(found: Findings, trees: SignedTree[], places: Places): void {
  const seen = trees.filter((tree): tree is SeenTree => tree.seenAt !== undefined);
  if (seen.length === 0 || places.size === 0) return;
  let between = 0;
  found.check('the times', () => {
    for (const [{ event, where }, index] of places) {
      const after = seen.find(({ size }) => size > index);
      const before = seen.findLast(({ size }) => size <= index);
      const recorded = Date.parse(event.recordedAt) / 1_000;
      if (!Number.isFinite(recorded)) found.fails('the time of recording is no time', where);
      else if (after && recorded > after.seenAt + TOLERANCE_SECONDS) found.fails(`the event claims ${event.recordedAt}, but a checkpoint that holds it was seen at ${utc(after.seenAt)} already`, where);
      else if (before && recorded < before.seenAt - TOLERANCE_SECONDS) found.late(`the event claims ${event.recordedAt}, but got its place in the log after ${utc(before.seenAt)} only`, where);
      else if (before) between += 1;
    }
  }, () => `no event claims a time after the checkpoint that holds it${between > 0 ? `, and ${between} of ${places.size} lie between two checkpoints` : ''}`);
}
