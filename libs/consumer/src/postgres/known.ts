import { WHOLE_PERSON } from '#contracts';
import { streamKey, type Known } from '../known.js';
import type { Received } from '../received.js';
import type { Queries } from './queries.js';
import { placeIn, recordedIn } from './rows.js';
import { SERVER } from './server.js';

interface Row {
  /** Null on the one row that says which server answers. */
  person: string | null;
  /** Null on the row of the person himself. */
  purpose: string | null;
  version: number;
  recorded: number | null;
  erased: boolean;
  applied_at: Date;
  server: string;
}

/**
 * Each row is sought by its key, with `LIMIT 1`: a plan is kept until the next ANALYZE, and one made for a small table that joined
 * it whole would go on reading it whole while it grows.
 */
export const KNOWN = `
  WITH people AS MATERIALIZED (
    SELECT p.* FROM (SELECT person FROM unnest($1::uuid[]) AS asked (person) ORDER BY person) AS wanted
    CROSS JOIN LATERAL (
      SELECT person, version, recorded_at, erased, applied_at FROM samtycke_consumer.persons
      WHERE person = wanted.person LIMIT 1 FOR UPDATE) p),
  streams AS MATERIALIZED (
    SELECT s.* FROM (SELECT person, purpose FROM unnest($2::uuid[], $3::text[]) AS asked (person, purpose) ORDER BY person, purpose) AS wanted
    CROSS JOIN LATERAL (
      SELECT person, purpose, version, recorded_at, applied_at FROM samtycke_consumer.consent_state
      WHERE person = wanted.person AND purpose = wanted.purpose LIMIT 1 FOR UPDATE) s)
  SELECT person, NULL AS purpose, version, ${recordedIn('people')} AS recorded, erased, applied_at, NULL AS server FROM people
  UNION ALL SELECT person, purpose, version, ${recordedIn('streams')}, false, applied_at, NULL FROM streams
  UNION ALL SELECT NULL, NULL, 0, NULL, false, NULL, ${SERVER}`;

/** Reads, and locks in one fixed order, what is known of the messages' persons and streams; and which server says so. */
export async function loadKnown(transaction: Queries, messages: readonly Received[]): Promise<Known> {
  const keys = new Map<string, { person: string; purpose: string }>();
  for (const { data } of messages) {
    if (data.purpose !== WHOLE_PERSON) keys.set(streamKey(data.person, data.purpose), data);
  }
  const wanted = [...keys.values()];
  const people = [...new Set(messages.map(({ data }) => data.person))];
  const values = [people, wanted.map((key) => key.person), wanted.map((key) => key.purpose)];
  const { rows } = await transaction.query<Row>({ name: 'samtycke-known', text: KNOWN, values });
  const known: Known = { streams: new Map(), persons: new Map() };
  for (const { person, purpose, erased, applied_at: appliedAt, server, ...row } of rows) {
    if (person === null) known.server = server;
    else if (purpose === null) known.persons.set(person, { ...placeIn(row), erased, appliedAt });
    else known.streams.set(streamKey(person, purpose), { ...placeIn(row), appliedAt });
  }
  return known;
}
