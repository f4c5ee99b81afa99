import type { Actor } from '#contracts';
import { changeConsent, uuidv7, type CatalogueInForce, type Ledger } from '#ledger';
import type { Missing } from './missing.js';

/** What became of the consents and requests of somebody. */
export interface Withdrawn {
  withdrawn: string[];
  /** Purposes that the catalogue does not know: what stands on them stands still. */
  unknown: string[];
}

/** Withdraws every consent, and closes every request, of somebody who cannot be found or whose evidence cannot be opened. */
export async function withdrawMissing(ledger: Ledger, catalogue: CatalogueInForce, { person, kind, standing }: Missing, actor: Actor): Promise<Withdrawn> {
  const unknown = standing.filter((id) => !catalogue.purposes.has(id));
  const wishes = standing.flatMap((id) => {
    const purpose = catalogue.purposes.get(id);
    return purpose?.choice === 'grant-withdraw' ? [{ purpose, decision: 'withdraw' as const }] : [];
  });
  if (wishes.length === 0) return { withdrawn: [], unknown };
  const holder = { person, kind };
  const change = { request: uuidv7(), people: kind === 'person' ? [holder] : [], device: kind === 'device' ? holder : undefined, wishes, actor, deviceActor: actor, evidence: {}, reason: 'operator' as const };
  await changeConsent(ledger, async () => change);
  return { withdrawn: wishes.map(({ purpose }) => purpose.id), unknown };
}
