import type { Actor, LedgerEvent } from '#contracts';
import { changeConsent, findPeople, holdersOf, microsOf, noticeKey, Refusal, timeText, wayHome, type CatalogueInForce, type Change, type ChangeAnswer, type Finder, type Ledger, type Wish } from '#ledger';
import { collectedOf, type Counts } from '#statistics';
import type { HeldOptions, HeldWithdrawal } from './hold.js';
import { openHeld, type HeldRow } from './read.js';

export interface FinishOptions extends HeldOptions {
  appender: Ledger;
  finder: Finder;
  catalogue: CatalogueInForce;
  counts: Pick<Counts, 'answer'>;
}

const DONE = `
UPDATE held_withdrawals SET done_at = $3, master = NULL, wrapped = NULL, sealed = NULL WHERE ledger = $1 AND id = $2`;

const SINCE = `
SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND recorded_at > $4 ORDER BY version DESC`;

const NO = new Set<string | undefined>(['withdrawn', 'refused', 'objected']);

/** A yes or a lift of the person himself or of a system that vouches for him, dated after `heldAt`. */
const givesSince = ({ decision, type, actor, occurredAt }: LedgerEvent, heldAt: string): boolean =>
  (decision === 'grant' || decision === 'lift') && type !== 'decision-recorded' && actor.kind !== 'unverified' && occurredAt > heldAt;

/** Whether somebody gave anew what a held withdrawal is about; not where a later "no" ended that, too. What a merge ended is asked of its last decision. */
async function gaveSince({ pool, ledger }: FinishOptions, person: string, purpose: string, heldAt: string): Promise<boolean> {
  const { rows } = await pool.query<{ bytes: Buffer }>(SINCE, [ledger, person, purpose, heldAt]);
  for (const { bytes } of rows) {
    const event = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
    if (givesSince(event, heldAt)) return true;
    if (event.decision !== undefined && NO.has(event.after?.status)) return false;
  }
  return false;
}

/** Purposes for which the person has given something since: an old word of a stranger does not undo it. A "no" since, or a stranger's yes, is none. */
async function givenSince(options: FinishOptions, held: HeldWithdrawal, heldAt: string): Promise<Set<string>> {
  const { reader } = options.finder;
  const found = await findPeople(options.finder, held.subject);
  const people = new Set((await Promise.all(found.map(({ person }) => wayHome(reader, person)))).flat());
  const asked = [...people].flatMap((person) => held.wishes.map(async ({ purpose }) => ((await gaveSince(options, person, purpose, heldAt)) ? [purpose] : [])));
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

/** Counted where and under the text that it was said, as if it had not been held; done again, it writes nothing, and is no second answer. */
function count({ counts }: FinishOptions, { actor, notice, capture }: HeldWithdrawal, { anew, took }: ChangeAnswer): void {
  if (anew) counts.answer(collectedOf({ actor, notice, capture }), took ? 'withdrawn' : 'refused');
}

/** A refusal for these people (nobody of that id) is what it would have been at once: nothing is written. */
async function takeEffect(options: FinishOptions, row: HeldRow, held: HeldWithdrawal, owner: Actor | undefined): Promise<void> {
  const prepare = async (): Promise<Change> => {
    const newer = owner ? new Set<string>() : await givenSince(options, held, timeText(microsOf(row.heldAt.toISOString())));
    const holders = await holdersOf(options.finder, held.subject, false);
    return { ...changeOf(options, row, held, owner, wishesOf(options, held, newer)), ...holders };
  };
  const answer = await changeConsent(options.appender, prepare, { recheck: true }).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
  if (answer) count(options, held, answer);
}

/**
 * Makes a held withdrawal that was let through take effect. Safe to repeat: its id is the `request` of what it writes, so
 * nothing happens twice. Unless the owner himself asked, a purpose that the person gave anew is left alone.
 */
export async function finishHeld(options: FinishOptions, row: HeldRow): Promise<void> {
  const owner: Actor | undefined = row.decided === 'owner' ? { kind: 'person', id: row.decidedBy ?? '' } : undefined;
  const held = openHeld(options, row);
  if (held) await takeEffect(options, row, held, owner);
  await options.pool.query(DONE, [options.ledger, row.id, new Date()]);
}
