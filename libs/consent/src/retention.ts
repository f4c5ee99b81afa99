import { statusAt } from './answer.js';
import type { Stream } from './consent.js';
import { chosenOf } from './effective.js';
import type { PurposeRule } from './purposes.js';
import { addMilliseconds, addMonths, later } from './time.js';
import { stands } from './withdraw.js';

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/** A request that a merge closed and a split brought back is called so still; neither a confirmation nor its lapse can end it. */
const isOpen = ({ status, open }: Stream): boolean => status === 'requested' && open !== undefined;

/** What still runs on a purpose, so that everything about the person stays. */
function runs(purpose: PurposeRule, chosen: Stream, now: string): boolean {
  const { status } = chosen;
  if (stands(chosen)) return statusAt(chosen, now) !== 'expired';
  return isOpen(chosen) || status === 'objected' || (purpose.choice !== 'grant-withdraw' && chosen.allowed && status === 'restricted');
}

/**
 * Until when the proof of one purpose is kept, after its last validity; a request that only lapsed: 30 days (rule 4). Of
 * what needs no consent, an objection that was lifted or a restriction that ended is proof like any other; so is what may have stood
 * before a request of which that is not known any more.
 */
function proofUntil({ choice, proofMonths = 0 }: PurposeRule, chosen: Stream): string {
  const said = later(chosen.since ?? '', chosen.recordedAt ?? '');
  const ended = stands(chosen) ? later(said, chosen.validUntil ?? '') : said;
  const lapsed = addMilliseconds(ended, THIRTY_DAYS_MS);
  const proved = addMonths(ended, proofMonths);
  if (chosen.status === 'unknown' && choice === 'grant-withdraw') return lapsed;
  return chosen.status === 'unknown' || chosen.status === 'requested' ? later(lapsed, proved) : proved;
}

type Held = readonly { purpose: PurposeRule; stream: Stream }[];
type Chosen = { purpose: PurposeRule; chosen: Stream }[];

const recordedIn = (streams: Held): Chosen => streams.filter(({ stream }) => stream.version > 0).map(({ purpose, stream }) => ({ purpose, chosen: chosenOf(stream) }));
const latestOf = (recorded: Chosen): string => recorded.map(({ purpose, chosen }) => proofUntil(purpose, chosen)).reduce(later, '');

/**
 * Until when what is held on a holder is kept: the latest end over his purposes (rule 18; EDPB 05/2020, 107). Undefined while
 * anything runs: a consent that stands, a request that is open, an objection that must be remembered. A holder on whom nothing
 * is recorded is kept.
 */
export function keptUntil(streams: Held, now: string): string | undefined {
  const recorded = recordedIn(streams);
  if (recorded.length === 0 || recorded.some(({ purpose, chosen }) => runs(purpose, chosen, now))) return undefined;
  return latestOf(recorded);
}

/**
 * Until when the proofs of somebody who is a part of another one are kept; empty where nothing is recorded. Nothing runs under his own
 * id: an objection that must be remembered stands with whoever he was merged into.
 */
export const proofsKeptUntil = (streams: Held): string => latestOf(recordedIn(streams));
