import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Actor, Capture, Decision, NoticeRef } from '#contracts';
import { keepFirst, turnToMaster, uuidv7, type First, type Subject } from '#ledger';
import { canonicalText } from '#proof';
import { lookupOf, seal, type Identifier, type PersonKeys } from '#vault';

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

/** Where a held withdrawal's text lies: what seals it, so that it cannot be moved elsewhere. */
export const heldPlace = (origin: string, id: string): string => `${origin}|held|${id}`;

/** The keyed hash of whom it is about: the same address asked for twice is found again, and nobody reads it. */
export function lookupOfSubject(keys: readonly Buffer[], { identifiers: [identifier], person }: Subject): Buffer {
  return lookupOf(keys, identifier ?? ({ kind: 'person', value: person ?? '' } as unknown as Identifier));
}

/**
 * Keeps a withdrawal that is not acted on yet, durably when this returns; its text is sealed with a key of its own. One
 * that says the same as one still waiting adds nothing. Tells whether it was new. `first`: the answer to be kept in the same transaction.
 * Throws KeyMissing where this process has not got the master key in use.
 */
export async function holdWithdrawal({ pool, ledger, origin, keys, subjectKeys }: HeldOptions, held: HeldWithdrawal, first?: First): Promise<boolean> {
  const id = uuidv7();
  await turnToMaster(pool, ledger, keys);
  const { key, stored } = keys.make(id);
  const sealed = seal(key, heldPlace(origin, id), Buffer.from(JSON.stringify(held), 'utf8'));
  const digest = createHash('sha256').update(canonicalText(held.wishes)).digest();
  const now = Date.now();
  const purposes = [...new Set(held.wishes.map((wish) => wish.purpose))].sort();
  const names = [ledger, id, lookupOfSubject(subjectKeys, held.subject), digest, held.actor.id, purposes];
  const values = [...names, stored.master, stored.wrapped, sealed, new Date(now), new Date(now + RELEASE_AFTER_MS)];
  const count = first ? await keepFirst(pool, ledger, { text: INSERT, values }, first) : (await pool.query(INSERT, values)).rowCount;
  return (count ?? 0) > 0;
}
