import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Actor, Capture, Decision, NoticeRef } from '#contracts';
import { keepFirst, turnToMaster, uuidv7, type First, type Subject } from '#ledger';
import { canonicalText } from '#proof';
import { lookupOf, lookupOfPerson, seal, type PersonKeys } from '#vault';

/** How long a held withdrawal waits for a word of the address's owner or an operator; then it takes effect (docs/adr/0011). */
export const RELEASE_AFTER_MS = 24 * 60 * 60 * 1000;

export interface HeldOptions {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  /** The first look-up key alone, which no rotation changes: the same subject is found again while it waits. */
  subjectKeys: readonly Buffer[];
}

export interface HeldWish {
  purpose: string;
  decision: Decision;
  channels?: string[];
  partners?: string[];
}

/** All that a withdrawal says: sealed while it waits. */
export interface HeldWithdrawal {
  subject: Subject;
  wishes: HeldWish[];
  actor: Actor;
  notice?: NoticeRef;
  capture?: Capture;
  evidence: Record<string, string>;
  occurredAt: string;
}

const INSERT = `
INSERT INTO held_withdrawals (ledger, id, lookup, digest, site, purposes, master, wrapped, sealed, held_at, release_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (ledger, lookup, digest) WHERE decided IS NULL DO NOTHING`;
const WAITING = 'SELECT id FROM held_withdrawals WHERE ledger = $1 AND lookup = $2 AND digest = $3 AND decided IS NULL';
/** Its id stays, by which it was asked about, and its day. */
const AGAIN = 'UPDATE held_withdrawals SET site = $3, master = $4, wrapped = $5, sealed = $6, held_at = $7 WHERE ledger = $1 AND id = $2 AND decided IS NULL';

/** Where a held withdrawal's text lies: what seals it, so that it cannot be moved elsewhere. */
export const heldPlace = (origin: string, id: string): string => `${origin}|held|${id}`;

/** The keyed hash of whom it is about: the same address asked for twice is found again, and nobody reads it. */
export function lookupOfSubject(keys: readonly Buffer[], { identifiers: [identifier], person }: Subject): Buffer {
  return identifier ? lookupOf(keys, identifier) : lookupOfPerson(keys, person ?? '');
}

/** What it is found again by. */
interface Place {
  lookup: Buffer;
  digest: Buffer;
}

/** What keeps it: as a new one, or in the place of one that waits. */
function keeping({ ledger, origin, keys }: HeldOptions, held: HeldWithdrawal, { lookup, digest }: Place, waiting: string | undefined): { text: string; values: unknown[] } {
  const id = waiting ?? uuidv7();
  const { key, stored } = keys.make(id);
  const sealed = seal(key, heldPlace(origin, id), Buffer.from(JSON.stringify(held), 'utf8'));
  const said = [stored.master, stored.wrapped, sealed];
  const now = Date.now();
  if (waiting !== undefined) return { text: AGAIN, values: [ledger, id, held.actor.id, ...said, new Date(now)] };
  const purposes = [...new Set(held.wishes.map((wish) => wish.purpose))].sort();
  return { text: INSERT, values: [ledger, id, lookup, digest, held.actor.id, purposes, ...said, new Date(now), new Date(now + RELEASE_AFTER_MS)] };
}

/**
 * Keeps a withdrawal that is not acted on yet, durably when this returns; its text is sealed with a key of its own. One that says the same as
 * one still waiting takes its place: it counts as said now, so nothing that was given between the two keeps it from taking effect, which it does
 * on the day of the first one. Tells whether it was new. `first`: the answer to be kept in the same transaction.
 * Throws KeyMissing where this process has not got the master key in use.
 */
export async function holdWithdrawal(options: HeldOptions, held: HeldWithdrawal, first?: First): Promise<boolean> {
  const { pool, ledger, keys, subjectKeys } = options;
  await turnToMaster(pool, ledger, keys);
  const digest = createHash('sha256').update(canonicalText(held.wishes)).digest();
  const place = { lookup: lookupOfSubject(subjectKeys, held.subject), digest };
  // Others may keep the same, or decide about the one that waits, between looking and keeping: then it is looked for again.
  for (;;) {
    const waiting = (await pool.query<{ id: string }>(WAITING, [ledger, place.lookup, digest])).rows[0]?.id;
    const statement = keeping(options, held, place, waiting);
    const count = first ? await keepFirst(pool, ledger, statement, first) : (await pool.query(statement.text, statement.values)).rowCount;
    if (count) return waiting === undefined;
  }
}
