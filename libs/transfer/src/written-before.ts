import type { Pool } from 'pg';
import { isOnlyRecorded, isProtective } from '#consent';
import type { LedgerEvent } from '#contracts';
import { Loader, uuids } from '#ledger';
import type { RowChange } from './change-of-row.js';
import { RowRefused } from './understand-row.js';

interface Asked {
  person: string;
  request: string;
}

/** The events that a request has written for a person. */
export type WrittenBefore = Loader<Asked, LedgerEvent[]>;

/** \`OFFSET 0\` keeps it person by person: in a ledger that was empty when it was analysed all events would be read for each page. */
export const WRITTEN = `
SELECT s.n, e.bytes
FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS s(person, request, n)
CROSS JOIN LATERAL (SELECT bytes, ordinal FROM events WHERE ledger = $1 AND person = s.person AND request = s.request OFFSET 0) e
ORDER BY s.n, e.ordinal`;

export const writtenBefore = (pool: Pool, ledger: number): WrittenBefore =>
  new Loader(async (keys) => {
    const values = [ledger, uuids(keys.map(({ person }) => person)), uuids(keys.map(({ request }) => request))];
    const { rows } = await pool.query<{ n: string; bytes: Buffer }>({ name: 'import-written', text: WRITTEN, values });
    const found = keys.map((): LedgerEvent[] => []);
    for (const { n, bytes } of rows) found[Number(n) - 1]?.push(JSON.parse(bytes.toString('utf8')) as LedgerEvent);
    return found;
  });

/** The time of an event is the claimed one, or the ledger's own where that lay ahead. */
const ofThatTime = ({ occurredAt, recordedAt }: LedgerEvent, claimed: string): boolean => occurredAt === claimed || claimed > recordedAt;

/** What was chosen stands there after it, also under a pause or a restriction. */
const isLeftStanding = ({ fact, after }: LedgerEvent): boolean => ((fact as { chosen?: { allowed?: boolean } } | undefined)?.chosen ?? after)?.allowed === true;

/** A grant of fewer channels than were held is a withdrawal that leaves the consent standing. */
function saysTheSame(event: LedgerEvent, { wishes: [wish], occurredAt = '' }: RowChange): boolean {
  const saidNo = event.decision !== undefined && isProtective(event.decision);
  const saysNo = wish !== undefined && isProtective(wish.decision);
  const narrowed = saidNo && !saysNo && isLeftStanding(event);
  return (saidNo === saysNo || narrowed) && ofThatTime(event, occurredAt);
}

interface Row {
  request: string;
  formerRequest: string;
  change: RowChange;
}

/**
 * What became of a row in an earlier run, where that run wrote it for the same purpose, under its own request or the one that
 * former versions gave it. Throws RowRefused where it was taken as something else than it says now: a decision, once written, stays.
 */
export async function takenBefore(written: WrittenBefore, people: readonly string[], { request, formerRequest, change }: Row): Promise<'applied' | 'late' | undefined> {
  const found = await Promise.all(people.flatMap((person) => [request, formerRequest].map((one) => written.load({ person, request: one }))));
  const events = found.flatMap((of) => of ?? []).filter(({ purpose }) => purpose === change.wishes[0]?.purpose.id);
  const last = events.at(-1);
  if (!last) return undefined;
  const telling = [last, ...events.filter(({ type }) => type === 'decision-recorded')];
  if (!telling.some((event) => saysTheSame(event, change))) throw new RowRefused('taken_otherwise', 'an earlier run took this row with another decision or time, and that stays: bring what it says now in a file of its own');
  return events.every(isOnlyRecorded) ? 'late' : 'applied';
}
