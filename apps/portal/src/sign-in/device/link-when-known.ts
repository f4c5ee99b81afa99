import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { LedgerRefused, LedgerSilent } from '../../ledger/ask-ledger.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Session, Sessions } from '../../store/sessions.js';

interface Parts {
  ledger: Pick<Ledger, 'link'>;
  log: Logger;
}

const keyOf = ({ id }: Session, ...more: string[]): string => `link:${createHash('sha256').update([id.toString('hex'), ...more].join()).digest('hex')}`;

/** Links once; a refusal is final, silence is not: the next look at the page tries again. */
async function link({ ledger, log }: Parts, sessions: Sessions, session: Session, { person, device }: { person: string; device: string }): Promise<void> {
  try {
    await ledger.link(person, device, keyOf(session, person, device));
  } catch (error) {
    if (!(error instanceof LedgerRefused || error instanceof LedgerSilent)) throw error;
    log.warn({ reason: error.message }, 'a device could not be linked');
    if (error instanceof LedgerSilent) return;
  }
  await sessions.bring(session, undefined);
}

/**
 * Sessions whose device is linked to the person the moment it is known who he is: at once where the ledger knows him, else with the
 * first thing that he decides. A link that does not come about keeps nobody from his page.
 */
export const linkingSessions = (sessions: Sessions, parts: Parts): Sessions => ({
  ...sessions,
  async learn(session, person) {
    await sessions.learn(session, person);
    const { device } = session;
    if (person !== undefined && device !== undefined) await link(parts, sessions, session, { person, device });
  },
});
