import type { Actor } from '#contracts';
import { changeConsent, findPeople, holdersOf, microsOf, noticeKey, Refusal, timeText, type CatalogueInForce, type Change, type Finder, type Ledger, type Wish } from '#ledger';
import type { HeldOptions, HeldWithdrawal } from './hold.js';
import { openHeld, type HeldRow } from './read.js';

export interface FinishOptions extends HeldOptions {
  appender: Ledger;
  finder: Finder;
  catalogue: CatalogueInForce;
}

const DONE = `
UPDATE held_withdrawals SET done_at = $3, master = NULL, wrapped = NULL, sealed = NULL WHERE ledger = $1 AND id = $2`;

/** Purposes on which the person has decided something since: an old word of a stranger does not undo it. */
async function newerDecisions({ finder }: FinishOptions, held: HeldWithdrawal, heldAt: string): Promise<Set<string>> {
  const people = await findPeople(finder, held.subject);
  const asked = people.flatMap(({ person }) => held.wishes.map(async ({ purpose }) => {
    const stream = await finder.reader.heads.load({ person, purpose });
    return stream?.since !== undefined && stream.since > heldAt ? [purpose] : [];
  }));
  return new Set((await Promise.all(asked)).flat());
}

function wishesOf({ catalogue }: FinishOptions, held: HeldWithdrawal, newer: Set<string>): Wish[] {
  return held.wishes.flatMap(({ purpose, ...rest }) => {
    const defined = catalogue.purposes.get(purpose);
    return defined && !newer.has(purpose) ? [{ ...rest, purpose: defined }] : [];
  });
}

/** Its actor: the owner of the address where he pressed, else still the unverified one. */
function changeOf(options: FinishOptions, row: HeldRow, held: HeldWithdrawal, owner: Actor | undefined, wishes: Wish[]): Omit<Change, 'people' | 'device'> {
  const { notice, capture, evidence } = held;
  const known = notice && options.catalogue.notices.get(noticeKey(notice.id, notice.version, notice.locale));
  const reason = owner ? ('person' as const) : undefined;
  return { request: row.id, wishes, actor: owner ?? held.actor, notice: known, capture, evidence, occurredAt: held.occurredAt, reason };
}

/** A refusal for these people (nobody of that id) is what it would have been at once: nothing is written. */
async function takeEffect(options: FinishOptions, row: HeldRow, held: HeldWithdrawal, owner: Actor | undefined): Promise<void> {
  const prepare = async (): Promise<Change> => {
    const newer = owner ? new Set<string>() : await newerDecisions(options, held, timeText(microsOf(row.heldAt.toISOString())));
    const holders = await holdersOf(options.finder, held.subject, false);
    return { ...changeOf(options, row, held, owner, wishesOf(options, held, newer)), ...holders };
  };
  await changeConsent(options.appender, prepare, { recheck: true }).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}

/**
 * Makes a held withdrawal that was let through take effect. Safe to repeat: its id is the `request` of what it writes, so
 * nothing happens twice. Unless the owner himself asked, a purpose on which the person decided later is left alone.
 */
export async function finishHeld(options: FinishOptions, row: HeldRow): Promise<void> {
  const owner: Actor | undefined = row.decided === 'owner' ? { kind: 'person', id: row.decidedBy ?? '' } : undefined;
  const held = openHeld(options, row);
  if (held) await takeEffect(options, row, held, owner);
  await options.pool.query(DONE, [options.ledger, row.id, new Date()]);
}
