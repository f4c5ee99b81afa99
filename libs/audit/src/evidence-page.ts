import type { PoolClient } from 'pg';
import { AT, people, readEvents, type EventRow, type People } from './rows.js';
import { textRows } from './snapshot.js';

export type ItemRow = [person: string, event: string, kinds: string, sealed: string | null];
export type KeyRow = [person: string, master: string, wrapped: string];

const PAGE = 1_000;
/** What is larger (files) is read when it is opened, one by one. */
const SMALL = 64 * 1024;
const ITEMS = `SELECT person, event, kinds, CASE WHEN octet_length(sealed) <= ${SMALL} THEN encode(sealed, 'hex') END FROM evidence WHERE ${people.range} ORDER BY person, event, kinds`;
const LARGE = `SELECT encode(sealed, 'hex') FROM evidence WHERE ledger = $1 AND person = $2 AND event = $3 AND kinds = $4`;
const KEYS = `SELECT person, master, encode(wrapped, 'hex') FROM person_keys WHERE ${people.range} ORDER BY person`;
const REMOVED = `SELECT next FROM leases WHERE ledger = $1 AND role = 'erasures'`;

export interface Page {
  events: EventRow[];
  items: ItemRow[];
  keys: KeyRow[];
  /** Erasures before this index have been carried out. */
  removed: number;
  next?: string;
}

/** The next events, with items and keys of the people who end among them. */
export async function readPage(client: PoolClient, ledger: number, from: string, after: { person: string; seq: number }): Promise<Page> {
  const events = await readEvents(client, ledger, after, PAGE);
  const next = events.length < PAGE ? undefined : events.at(-1)?.[AT.person];
  const values = [ledger, ...people.values({ from, before: next } satisfies People)];
  const items = await textRows<ItemRow>(client, 'audit-evidence', ITEMS, values);
  const keys = await textRows<KeyRow>(client, 'audit-person-keys', KEYS, values);
  const [lease] = await textRows<[string]>(client, 'audit-removed', REMOVED, [ledger]);
  return { events, items, keys, removed: Number(lease?.[0] ?? 0), next };
}

/** An item that was left out of its page. */
export async function large(client: PoolClient, ledger: number, [person, event, kinds]: ItemRow): Promise<string> {
  const [row] = await textRows<[string]>(client, 'audit-large-evidence', LARGE, [ledger, person, event, kinds]);
  return row?.[0] ?? '';
}
