import { ClaimLost, MovedBack, MovedOn, Refusal, whileMerged, type Call, type Written } from './call.js';
import { protects, type Change, type ChangeAnswer, type Wish } from './change.js';
import { changeUnit, refusalOf, type Blocked, type ChangeUnit } from './change-unit.js';
import type { Ledger } from './ledger.js';
import { receiptId } from './receipt.js';
import { isProtective } from '#consent';

/** The holders whose streams a wish goes to: the device where the purpose belongs to one, else the people. */
function holdersFor(change: Change, wish: Wish): Change['people'] {
  const { people, device } = change;
  if (wish.purpose.holder === 'device' && device) return [device];
  if (people.length > 0) return people;
  throw new Refusal(422, 'holder_missing', 'the subject names no holder of the kind that this purpose belongs to', { purpose: wish.purpose.id });
}

/** Several people, or somebody who was erased and is spoken for by others: only a "no" is taken. */
function blockedBy({ people, erased, actor }: Change): Blocked | undefined {
  if (people.length > 1) return 'subject_ambiguous';
  return erased && (actor.kind === 'system' || actor.kind === 'operator') ? 'person_erased' : undefined;
}

function unitsOf(change: Change): ChangeUnit[] {
  const byHolder = new Map<Change['people'][number], Wish[]>();
  for (const wish of change.wishes) {
    for (const holder of holdersFor(change, wish)) byHolder.set(holder, [...(byHolder.get(holder) ?? []), wish]);
  }
  const blocked = blockedBy(change);
  const alone = !change.wishes.some(protects);
  const wish = change.wishes.find((one) => one.purpose.holder === 'person' && !isProtective(one.decision));
  if (blocked && wish && alone) throw refusalOf(blocked, wish);
  return [...byHolder].map(([holder, wishes]) => changeUnit(change, holder, wishes, holder.kind === 'person' ? blocked : undefined));
}

/** Where nothing was recorded about a purpose there is nothing to show: what is in force has the receipt of the call that made it so. */
function receiptOf({ request }: Change, written: Written[]): Pick<ChangeAnswer, 'receipt'> {
  const tells = written.some(({ events }) => events.some(({ purpose }) => !purpose.startsWith('~')));
  return tells ? { receipt: receiptId({ request, people: written.map((one) => one.person) }) } : {};
}

/** The call that a change is to the ledger. */
export function callOf(change: Change, moved: ReadonlyMap<string, string> = new Map()): Call<ChangeAnswer> {
  const units = unitsOf(change);
  const guards = [...moved].map(([person, into]) => whileMerged(person, into, change.actor));
  return {
    request: change.request,
    units: [...units.map((one) => one.unit), ...guards],
    idempotency: change.idempotency,
    answer(written: Written[]) {
      const decisions = units.flatMap((one, index) => (written[index] ? one.results(written[index]) : []));
      const person = written[0]?.person ?? '';
      const wrote = written.filter((one) => one.events.length > 0);
      return { written: wrote.length > 0, anew: wrote.some((one) => !one.before), took: units.some((one) => one.took()), person, decisions, ...receiptOf(change, written), ...(change.missing && { missing: change.missing }) };
    },
  };
}

/** The change with everybody in it who was merged replaced by the one he was merged into; each once. */
function movedOn(change: Change, moved: ReadonlyMap<string, string>): Change {
  if (moved.size === 0) return change;
  const people = new Map<string, Change['people'][number]>();
  for (const holder of change.people) {
    let { person } = holder;
    const seen = new Set<string>();
    for (let into = moved.get(person); into !== undefined && !seen.has(into); into = moved.get(person)) {
      seen.add(into);
      person = into;
    }
    if (!people.has(person)) people.set(person, { ...holder, person });
  }
  return { ...change, people: [...people.values()] };
}

const TRIES = 8;

/**
 * Changes consent: the one door for website, system, link, import and expiry. `prepare` finds the holders; it runs again
 * when another call claims one of the identifiers first, or a person was merged into another one, who then gets the
 * change. `recheck`: the same request may have been written before.
 */
export async function changeConsent(ledger: Ledger, prepare: () => Promise<Change>, { recheck = false } = {}): Promise<ChangeAnswer> {
  const moved = new Map<string, string>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ledger.append(callOf(movedOn(await prepare(), moved), moved), { recheck: recheck || attempt > 1 });
    } catch (error) {
      if (!(error instanceof ClaimLost) || attempt === TRIES) throw error;
      if (error instanceof MovedOn) moved.set(error.person, error.into);
      if (error instanceof MovedBack) moved.delete(error.person);
    }
  }
}
