import type { Actor } from '#contracts';
import { changeConsent, Refusal, uuidv7, type CatalogueInForce, type Change, type Ledger } from '#ledger';
import type { Missing } from './missing.js';

/** What became of the consents and requests of somebody. */
export interface Withdrawn {
  withdrawn: string[];
  /** Purposes that the catalogue does not know: what stands on them stands still. */
  unknown: string[];
  /** Purposes that the catalogue knows, and on which nothing can be withdrawn: they rest on no consent any more, or belong to another kind of holder. */
  standing: string[];
}

type Holder = Pick<Missing, 'person' | 'kind'>;

/** Which of these purposes are withdrawn after it: one that is refused does not keep the others. */
async function withdraw(ledger: Ledger, { person, kind }: Holder, wishes: Change['wishes'], actor: Actor): Promise<string[]> {
  if (wishes.length === 0) return [];
  const holder = { person, kind };
  const change = { request: uuidv7(), people: kind === 'person' ? [holder] : [], device: kind === 'device' ? holder : undefined, wishes, actor, deviceActor: actor, evidence: {}, reason: 'operator' as const };
  try {
    const { decisions } = await changeConsent(ledger, async () => change);
    return decisions.flatMap(({ purpose, code, allowed }) => (code === undefined && !allowed ? [purpose] : []));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (wishes.length === 1) return [];
    const each: string[] = [];
    for (const wish of wishes) each.push(...(await withdraw(ledger, holder, [wish], actor)));
    return each;
  }
}

/** Withdraws every consent, and closes every request, of somebody who cannot be found or whose evidence cannot be opened. */
export async function withdrawMissing(ledger: Ledger, catalogue: CatalogueInForce, { person, kind, standing }: Missing, actor: Actor): Promise<Withdrawn> {
  const known = standing.filter((id) => catalogue.purposes.has(id));
  const wishes = known.flatMap((id) => {
    const purpose = catalogue.purposes.get(id);
    return purpose?.choice === 'grant-withdraw' ? [{ purpose, decision: 'withdraw' as const }] : [];
  });
  const withdrawn = await withdraw(ledger, { person, kind }, wishes, actor);
  return { withdrawn, unknown: standing.filter((id) => !known.includes(id)), standing: known.filter((id) => !withdrawn.includes(id)) };
}
