import { KeyMissing } from '#vault';
import { ClaimLost, Unavailable, WITHOUT_KEY } from './call.js';
import { MasterRotated, takenKey } from './faults.js';

/** An idempotency key was completed by another call meanwhile: its first answer is to be read. */
export class AnswerStands extends Error {}

/** What the sender of a call is told that failed alone. */
export function toldOf(error: unknown): unknown {
  const key = takenKey(error);
  if (key === 'identifiers_pkey') return new ClaimLost('the identifier was claimed meanwhile');
  if (key === 'idempotency_pkey') return new AnswerStands('the key was used meanwhile');
  return error instanceof KeyMissing || error instanceof MasterRotated ? new Unavailable(WITHOUT_KEY, 5) : error;
}
