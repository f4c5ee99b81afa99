import { isGone } from '#ledger';
import { openEvidence, type PersonKeys } from '#vault';
import type { Connection } from '../connect.js';

type Where = Pick<Connection, 'pool' | 'ledger'>;

/** A right that somebody asked for, as the worker keeps it from the log. */
export interface Asked {
  person: string;
  right: string;
  /** The event that asked. */
  request: string;
  askedAt: Date;
  due: Date;
  closedAt: Date | null;
  outcome: string | null;
}

/** The rights that wait for somebody; all others are met by the call that asks for them. */
export const OPEN_RIGHTS = ['complaint', 'rectify'] as const;

export interface OpenFilter {
  people?: string[];
  right?: string;
  /** The last moment by which it is due. */
  due?: string;
}

const COLUMNS = 'person, "right", event AS request, asked_at AS "askedAt", due, closed_at AS "closedAt", outcome';
const OPEN = `
SELECT ${COLUMNS} FROM rights
WHERE ledger = $1 AND closed_at IS NULL AND ($2::uuid[] IS NULL OR person = ANY ($2)) AND ($3::text IS NULL OR "right" = $3) AND due <= coalesce($4::timestamptz, 'infinity')
ORDER BY due, person, event`;
const ONE = `SELECT ${COLUMNS} FROM rights WHERE ledger = $1 AND event::text = $2`;
const EVIDENCE = `
SELECT v.kinds, v.sealed, k.master, k.wrapped FROM evidence v JOIN person_keys k ON k.ledger = v.ledger AND k.person = v.person
WHERE v.ledger = $1 AND v.person = $2 AND v.event = $3 AND NOT ${isGone('$2')}`;

/** How a list was narrowed, for the trace; the person stands in it by himself. */
export const filterText = ({ right, due }: OpenFilter): string =>
  Object.entries({ right, due }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(' ');

/** What is open, the nearest due date first. */
export async function readOpen({ pool, ledger }: Where, { people, right, due }: OpenFilter): Promise<Asked[]> {
  return (await pool.query<Asked>(OPEN, [ledger, people ?? null, right ?? null, due ?? null])).rows;
}

export async function readAsked({ pool, ledger }: Where, request: string): Promise<Asked | undefined> {
  return (await pool.query<Asked>(ONE, [ledger, request])).rows[0];
}

/** What the person wrote with a request; nothing where he wrote nothing, and of somebody who was erased. */
export async function readWords({ pool, ledger, origin, keys }: Where & { origin: string; keys: PersonKeys }, { person, request }: Asked): Promise<string | undefined> {
  const { rows } = await pool.query<{ kinds: string; sealed: Buffer; master: string; wrapped: Buffer }>(EVIDENCE, [ledger, person, request]);
  for (const { kinds, sealed, master, wrapped } of rows) {
    const items = openEvidence(keys.unwrap(person, { master, wrapped }), { ledger: origin, person, event: request }, kinds, sealed);
    const words = items.find(({ kind }) => kind === 'reason-text');
    if (words) return words.item.toString('utf8');
  }
  return undefined;
}
