import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Asked } from '../ledger/rights-calls.js';
import type { PortalParts } from '../portal-parts.js';
import type { Session } from '../store/sessions.js';
import { personOf } from './visitor.js';

/** What a person has asked for, and whether he is restricted; or why that cannot be shown. */
export type RightsView = { kind: 'known'; asked: Asked[]; restrictedSince?: string } | { kind: 'unknown' | 'silent' | 'ambiguous' };

/** Straight from the ledger: nothing of it is kept here. */
export async function readRights(parts: PortalParts, session: Session): Promise<RightsView> {
  try {
    const person = await personOf(parts, session);
    if (person === undefined) return { kind: 'unknown' };
    const [asked, { whole }] = await Promise.all([parts.rights.asked(person), parts.ledger.standing(person)]);
    return { kind: 'known', asked, restrictedSince: whole?.restrictedSince };
  } catch (error) {
    if (error instanceof LedgerSilent) return { kind: 'silent' };
    if (error instanceof LedgerRefused) return { kind: error.code === 'subject_ambiguous' ? 'ambiguous' : 'unknown' };
    throw error;
  }
}
