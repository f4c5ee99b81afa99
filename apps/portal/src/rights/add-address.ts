import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { subjectOf } from '../ledger/ledger-types.js';
import type { PortalParts } from '../portal-parts.js';
import type { Correction } from '../store/corrections.js';
import type { Said } from './visitor.js';

/**
 * Adds an address that was shown to be one's own, and ends the correction, unless the ledger did not answer. The replaced address may be
 * gone already: then the new one is added all the same. Whoever asked may be somebody else by now, who was split off meanwhile; or it is
 * done already, and the answer was lost. The session that asked goes on under the new address where its own is gone.
 */
export async function addAddress(parts: PortalParts, correction: Correction): Promise<Said> {
  const said = await add(parts, correction).catch((error: unknown): Said => {
    if (error instanceof LedgerSilent) return 'failed';
    if (error instanceof LedgerRefused) return error.code === 'identifier_taken' ? 'taken' : 'refused';
    throw error;
  });
  if (said === 'corrected') await goOn(parts, correction);
  if (said !== 'failed') await parts.corrections.end(correction.id);
  return said;
}

async function add({ ledger, rights }: PortalParts, { id, person, askedBy, email, replaces }: Correction): Promise<Said> {
  const isAdded = (await ledger.lookUp({ email })) === person;
  if (!isAdded && (await ledger.lookUp(subjectOf(askedBy))) !== person) return 'refused';
  const held = await rights.identifiers(person);
  const remove = held.filter((one) => one.id === replaces).map((one) => one.id);
  if (!isAdded || remove.length > 0) await rights.rectify(person, { add: { email }, remove }, id.toString('hex'));
  return 'corrected';
}

/** Who is still found by what he signed in by stays as he is; also while that cannot be told. */
async function goOn({ ledger, sessions }: PortalParts, { person, askedBy, session, email }: Correction): Promise<void> {
  const stillFound = await ledger.lookUp(subjectOf(askedBy)).catch(() => person);
  if (stillFound !== person) await sessions.rename({ id: session, person }, { kind: 'email', value: email });
}
