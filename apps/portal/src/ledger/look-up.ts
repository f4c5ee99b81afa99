import type { Session, Sessions } from '../store/sessions.js';
import { LedgerRefused } from './ask-ledger.js';
import type { Ledger } from './ledger.js';
import { subjectOf } from './ledger-types.js';

interface Parts {
  ledger: Pick<Ledger, 'lookUp'>;
  sessions: Pick<Sessions, 'learn'>;
}

/**
 * The person behind a session now, whom the session notes too. Throws `LedgerSilent`, and the session keeps who was last
 * known, or `LedgerRefused`, and it knows nobody any more.
 */
export async function lookUp({ ledger, sessions }: Parts, session: Session): Promise<string | undefined> {
  const person = await ledger.lookUp(subjectOf(session.identity)).catch(async (error: unknown) => {
    if (error instanceof LedgerRefused) await sessions.learn(session, undefined);
    throw error;
  });
  await sessions.learn(session, person);
  return person;
}
