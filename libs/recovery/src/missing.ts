import type { Pool } from 'pg';
import type { Stream } from '#consent';
import type { LedgerEvent } from '#contracts';

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
/** Identifiers of people, and of everybody who was merged into them before the backup or, as their events say, since. */
const IDENTIFIERS = `
WITH RECURSIVE parts AS (
  SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS s(home, person)
  UNION SELECT o.home, m.person FROM parts o JOIN merges m ON m.ledger = $1 AND m.into_person = o.person)
SELECT o.home, i.id::text AS id FROM parts o JOIN identifiers i ON i.ledger = $1 AND i.person = o.person`;
const PAGE = 500;
const START = '00000000-0000-0000-0000-000000000000';
const STANDING = new Set(['given', 'renewed', 'requested', 'restricted']);

interface Named {
  id: string;
  kind: string;
}

const changesIn = ({ fact }: LedgerEvent): { added?: Named[]; removed?: Named[]; other?: string; role?: string } => fact ?? {};

/** Identifiers that events name, by a decision or as added, and that were not taken off him by an event since. */
function lostIdentifiers(events: readonly LedgerEvent[], held: ReadonlySet<string>): string[] {
  const named = new Map<string, string>();
  for (const event of events) {
    const { added = [], removed = [] } = changesIn(event);
    if (event.via !== undefined && event.viaId !== undefined) named.set(event.viaId, event.via);
    for (const { id, kind } of added) named.set(id, kind);
    for (const { id } of removed) named.delete(id);
  }
  return [...named].filter(([id]) => !held.has(id)).map(([, kind]) => kind);
}

const needsKey = (event: LedgerEvent): boolean => event.evidence !== undefined || event.viaId !== undefined || (changesIn(event).added ?? []).length > 0;

function missingOf({ person, kind, state, keyed, heads }: Row, events: readonly LedgerEvent[], held: ReadonlySet<string>): Missing | undefined {
  const { erased = false, mergedInto } = (state === null ? {} : JSON.parse(state)) as { erased?: boolean; mergedInto?: string };
  if (erased || mergedInto !== undefined) return undefined;
  const key = !keyed && events.some(needsKey);
  const identifiers = lostIdentifiers(events, held);
  if (!key && identifiers.length === 0) return undefined;
  const standing = heads.filter((head) => STANDING.has((JSON.parse(head.state) as Stream).status)).map(({ purpose }) => purpose);
  return { person, kind, key, identifiers, standing };
}

/** Who was merged into somebody in these events. */
const mergedIn = (events: readonly LedgerEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'person-merged' && changesIn(event).role === 'into' ? (changesIn(event).other ?? []) : []));

async function heldBy(pool: Pool, ledger: number, people: { person: string; events: readonly LedgerEvent[] }[]): Promise<Map<string, Set<string>>> {
  const parts = people.flatMap(({ person, events }) => [person, ...mergedIn(events)].map((part) => [person, part] as const));
  const { rows } = await pool.query<{ home: string; id: string }>(IDENTIFIERS, [ledger, parts.map(([home]) => home), parts.map(([, part]) => part)]);
  const held = new Map(people.map(({ person }) => [person, new Set<string>()]));
  for (const { home, id } of rows) held.get(home)?.add(id);
  return held;
}

/** Everybody with an event from index `from` on whose key or identifiers are missing, and who was not erased. */
export async function* readMissing(pool: Pool, ledger: number, from: number): AsyncGenerator<Missing> {
  for (let after = START; ; ) {
    const people = await pool.query<{ person: string }>(PEOPLE, [ledger, from, after, PAGE]);
    const page = people.rows.map(({ person }) => person);
    const { rows } = await pool.query<Row>(HELD, [ledger, page, from]);
    const known = rows.map((row) => ({ ...row, events: row.bytes.map((one) => JSON.parse(one.toString('utf8')) as LedgerEvent) }));
    const held = await heldBy(pool, ledger, known);
    for (const row of known) {
      const missing = missingOf(row, row.events, held.get(row.person) ?? new Set());
      if (missing) yield missing;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}
