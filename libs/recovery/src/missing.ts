import type { Pool } from 'pg';
import { chosenOf, type Stream } from '#consent';
import type { LedgerEvent } from '#contracts';
import { WHOLE } from '#ledger';

/** A holder of whom the backup does not hold what his events tell of: it was written after it, and lies in no log. */
export interface Missing {
  person: string;
  kind: 'person' | 'device';
  /** The key is gone: no evidence of him can be opened. */
  key: boolean;
  /** Kinds of the identifiers that are gone: nobody finds him by them. */
  identifiers: string[];
  /** Purposes on which a consent or a request of his stands. */
  standing: string[];
}

interface Row {
  person: string;
  kind: 'person' | 'device';
  state: string | null;
  keyed: boolean;
  bytes: Buffer[];
  heads: { purpose: string; state: string }[];
}

/** Holders with an event from an index on, page by page. */
const PEOPLE = `
SELECT DISTINCT person FROM leaves WHERE ledger = $1 AND idx >= $2 AND person > $3 ORDER BY person LIMIT $4`;
const HELD = `
SELECT p.person, p.kind, p.state, EXISTS (SELECT FROM person_keys k WHERE k.ledger = $1 AND k.person = p.person) AS keyed,
  (SELECT coalesce(array_agg(e.bytes ORDER BY e.seq), '{}') FROM events e JOIN leaves l ON l.ledger = $1 AND l.person = e.person AND l.seq = e.seq
    WHERE e.ledger = $1 AND e.person = p.person AND l.idx >= $3) AS bytes,
  (SELECT coalesce(json_agg(json_build_object('purpose', h.purpose, 'state', h.state) ORDER BY h.purpose), '[]') FROM heads h WHERE h.ledger = $1 AND h.person = p.person AND h.purpose NOT LIKE '~%') AS heads
FROM persons p WHERE p.ledger = $1 AND p.person = ANY ($2::uuid[]) AND p.kind <> 'ledger' ORDER BY p.person`;
/** Found by their holder: there is no index by id, and nobody is to look through all of them for each page. */
const THERE = 'SELECT id::text AS id FROM identifiers WHERE ledger = $1 AND person = ANY ($2::uuid[]) AND id = ANY ($3::uuid[])';
const HELD_BY_WHOLE = `SELECT i.id::text AS id FROM ${WHOLE} w (person) JOIN identifiers i ON i.ledger = $1 AND i.person = w.person WHERE i.id = ANY ($3::uuid[])`;
/** Into whom somebody was merged in the end, and what stands there. */
const HOME = `
SELECT p.person, p.kind, p.state,
  (SELECT coalesce(json_agg(json_build_object('purpose', h.purpose, 'state', h.state) ORDER BY h.purpose), '[]') FROM heads h WHERE h.ledger = $1 AND h.person = p.person AND h.purpose NOT LIKE '~%') AS heads
FROM persons p WHERE p.ledger = $1 AND p.person = $2`;
const PAGE = 500;
const START = '00000000-0000-0000-0000-000000000000';
const STANDING = new Set(['given', 'renewed', 'requested']);

interface Named {
  id: string;
  kind: string;
}

const changesIn = ({ fact }: LedgerEvent): { added?: Named[]; removed?: Named[] } => fact ?? {};

/** All events of somebody of whom the log has none before an index. */
const FIRST_KNOWN = `
SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND NOT EXISTS (SELECT FROM leaves WHERE ledger = $1 AND person = $2 AND idx < $3) ORDER BY seq`;

/**
 * Identifiers that came to somebody by these events, with his first or as added, and were not taken off him since: kinds by id. What a
 * later decision names was his before, or was corrected away: the link of an old mail goes on to stop, and a merge names the old consent's.
 */
function namedIn(events: readonly LedgerEvent[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const event of events) {
    const { added = [], removed = [] } = changesIn(event);
    if (event.seq === 1 && event.via !== undefined && event.viaId !== undefined) named.set(event.viaId, event.via);
    for (const { id, kind } of added) named.set(id, kind);
    for (const { id } of removed) named.delete(id);
  }
  return named;
}

/** Which of these identifiers are with those who are said to hold them. */
async function thereOf(pool: Pool, ledger: number, people: readonly string[], ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await pool.query<{ id: string }>(THERE, [ledger, people, ids]);
  return new Set(rows.map(({ id }) => id));
}

/** Which of these are with somebody, or with anybody who is a part of him. */
async function heldByWhole(pool: Pool, ledger: number, home: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(HELD_BY_WHOLE, [ledger, home, ids]);
  return new Set(rows.map(({ id }) => id));
}

/** Whether somebody first known from an index on had identifiers, none of which the database holds. */
export async function neverFound(pool: Pool, ledger: number, person: string, from: number): Promise<boolean> {
  const { rows } = await pool.query<{ bytes: Buffer }>(FIRST_KNOWN, [ledger, person, from]);
  const named = [...namedIn(rows.map(({ bytes }) => JSON.parse(bytes.toString('utf8')) as LedgerEvent)).keys()];
  return named.length > 0 && (await heldByWhole(pool, ledger, person, named)).size === 0;
}

const needsKey = (event: LedgerEvent): boolean => event.evidence !== undefined || event.viaId !== undefined || (changesIn(event).added ?? []).length > 0;

const wholeIn = ({ state }: Pick<Row, 'state'>): { erased?: boolean; mergedInto?: string } => (state === null ? {} : (JSON.parse(state) as object));

/** The one in whom somebody goes on: what is lost of a part stands there. Undefined where he was erased. */
async function homeIn(pool: Pool, ledger: number, row: Pick<Row, 'person' | 'kind' | 'state' | 'heads'>): Promise<typeof row | undefined> {
  let home = row;
  for (let into = wholeIn(home).mergedInto; into !== undefined; into = wholeIn(home).mergedInto) {
    const { rows } = await pool.query<typeof row>(HOME, [ledger, into]);
    if (!rows[0]) return undefined;
    home = rows[0];
  }
  return wholeIn(home).erased ? undefined : home;
}

async function missingOf(pool: Pool, ledger: number, row: Row, { events, gone }: { events: readonly LedgerEvent[]; gone: Map<string, string> }): Promise<Missing | undefined> {
  const key = !row.keyed && events.some(needsKey);
  if (wholeIn(row).erased || (!key && gone.size === 0)) return undefined;
  const home = await homeIn(pool, ledger, row);
  if (!home) return undefined;
  const held = gone.size > 0 ? await heldByWhole(pool, ledger, home.person, [...gone.keys()]) : gone;
  const lost = [...gone].filter(([id]) => !held.has(id)).map(([, kind]) => kind);
  if (!key && lost.length === 0) return undefined;
  const standing = home.heads.filter((head) => STANDING.has(chosenOf(JSON.parse(head.state) as Stream).status)).map(({ purpose }) => purpose);
  return { person: home.person, kind: home.kind, key, identifiers: lost, standing };
}

/**
 * Everybody with an event from index `from` on whose key or identifiers are missing, and who was not erased. What is missing of
 * somebody who was merged is told of whom he was merged into, who may be told more than once.
 */
export async function* readMissing(pool: Pool, ledger: number, from: number): AsyncGenerator<Missing> {
  for (let after = START; ; ) {
    const people = await pool.query<{ person: string }>(PEOPLE, [ledger, from, after, PAGE]);
    const page = people.rows.map(({ person }) => person);
    const { rows } = await pool.query<Row>(HELD, [ledger, page, from]);
    const known = rows.map((row) => {
      const events = row.bytes.map((one) => JSON.parse(one.toString('utf8')) as LedgerEvent);
      return { row, events, named: namedIn(events) };
    });
    const there = await thereOf(pool, ledger, page, known.flatMap(({ named }) => [...named.keys()]));
    for (const { row, events, named } of known) {
      const gone = new Map([...named].filter(([id]) => !there.has(id)));
      const missing = await missingOf(pool, ledger, row, { events, gone });
      if (missing) yield missing;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}
