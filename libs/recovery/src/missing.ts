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
  held: string[];
  heads: { purpose: string; state: string }[];
}

/** Holders with an event from an index on, page by page. */
const PEOPLE = `
SELECT DISTINCT person FROM leaves WHERE ledger = $1 AND idx >= $2 AND person > $3 ORDER BY person LIMIT $4`;
const HELD = `
SELECT p.person, p.kind, p.state, EXISTS (SELECT FROM person_keys k WHERE k.ledger = $1 AND k.person = p.person) AS keyed,
  (SELECT coalesce(array_agg(e.bytes ORDER BY e.seq), '{}') FROM events e JOIN leaves l ON l.ledger = $1 AND l.person = e.person AND l.seq = e.seq
    WHERE e.ledger = $1 AND e.person = p.person AND l.idx >= $3) AS bytes,
  (SELECT coalesce(array_agg(i.id::text), '{}') FROM identifiers i WHERE i.ledger = $1 AND i.person = p.person) AS held,
  (SELECT coalesce(json_agg(json_build_object('purpose', h.purpose, 'state', h.state) ORDER BY h.purpose), '[]') FROM heads h WHERE h.ledger = $1 AND h.person = p.person AND h.purpose NOT LIKE '~%') AS heads
FROM persons p WHERE p.ledger = $1 AND p.person = ANY ($2::uuid[]) AND p.kind <> 'ledger' ORDER BY p.person`;
const PAGE = 500;
const START = '00000000-0000-0000-0000-000000000000';
const STANDING = new Set(['given', 'renewed', 'requested', 'restricted']);

/** Identifiers that events name and that were not taken off him by an event since. */
function lostIdentifiers(events: LedgerEvent[], held: ReadonlySet<string>): string[] {
  const named = new Map(events.flatMap(({ via, viaId }) => (via !== undefined && viaId !== undefined ? [[viaId, via] as const] : [])));
  for (const { fact } of events) for (const { id } of ((fact as { removed?: { id: string }[] } | undefined)?.removed ?? [])) named.delete(id);
  return [...named].filter(([id]) => !held.has(id)).map(([, kind]) => kind);
}

function missingOf({ person, kind, state, keyed, bytes, held, heads }: Row): Missing | undefined {
  const { erased = false, mergedInto } = (state === null ? {} : JSON.parse(state)) as { erased?: boolean; mergedInto?: string };
  if (erased || mergedInto !== undefined) return undefined;
  const events = bytes.map((one) => JSON.parse(one.toString('utf8')) as LedgerEvent);
  const key = !keyed && events.some((event) => event.evidence !== undefined || event.viaId !== undefined);
  const identifiers = lostIdentifiers(events, new Set(held));
  if (!key && identifiers.length === 0) return undefined;
  const standing = heads.filter((head) => STANDING.has((JSON.parse(head.state) as Stream).status)).map(({ purpose }) => purpose);
  return { person, kind, key, identifiers, standing };
}

/** Everybody with an event from index `from` on whose key or identifiers are missing, and who was not erased. */
export async function* readMissing(pool: Pool, ledger: number, from: number): AsyncGenerator<Missing> {
  for (let after = START; ; ) {
    const people = await pool.query<{ person: string }>(PEOPLE, [ledger, from, after, PAGE]);
    const page = people.rows.map(({ person }) => person);
    const { rows } = await pool.query<Row>(HELD, [ledger, page, from]);
    for (const row of rows) {
      const missing = missingOf(row);
      if (missing) yield missing;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}
