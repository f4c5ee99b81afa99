/**
 * The statements of the append, by hand: few, over arrays, each row set sorted by (person, purpose). Their plans are held
 * by golden files (test/plans). Nothing else writes events.
 */

/** The streams that a batch decides on, with their person and key: one row for each ($2[i], $3[i]). */
export const READ_STREAMS = `
SELECT s.n, p.kind, p.seq, p.recorded_us, p.known_us, p.hash, p.state, h.state AS stream, k.master, k.wrapped
FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS s(person, purpose, n)
LEFT JOIN LATERAL (SELECT kind, seq, recorded_us, known_us, hash, state FROM persons
  WHERE ledger = $1 AND person = s.person LIMIT 1) p ON true
LEFT JOIN LATERAL (SELECT state FROM heads
  WHERE ledger = $1 AND person = s.person AND purpose = s.purpose LIMIT 1) h ON true
LEFT JOIN LATERAL (SELECT master, wrapped FROM person_keys
  WHERE ledger = $1 AND person = s.person LIMIT 1) k ON true`;

/** One more row, of number 0, where a chain of keys stands in another phase than $3: then the other rows tell nothing. */
const unlessPhase = (chain: string, empty: string): string => `
UNION ALL
SELECT 0, ${empty}coalesce(c.phase, 2), c.key
FROM (SELECT) AS one LEFT JOIN key_chains c ON c.ledger = $1 AND c.chain = '${chain}'
WHERE coalesce(c.phase, 2) <> $3`;

/**
 * Holders behind look-ups: one row for each that is claimed. Asked for as the next one of all ledgers in the order of the key: to statistics that
 * know nothing yet the other index, by person, is as good, and a plan made by them, which is kept, would look at everybody.
 */
export const READ_IDENTIFIERS = `
SELECT s.n, i.id, i.person, NULL::int AS phase, NULL::text AS key
FROM unnest($2::bytea[]) WITH ORDINALITY AS s(lookup, n)
CROSS JOIN LATERAL (SELECT ledger, lookup, id, person FROM identifiers WHERE (ledger, lookup) >= ($1::smallint, s.lookup) ORDER BY ledger, lookup LIMIT 1) i
WHERE i.ledger = $1 AND i.lookup = s.lookup${unlessPhase('lookup', 'NULL, NULL, ')}`;

/** Which of these belong to people who were erased. */
export const READ_SUPPRESSIONS = `
SELECT s.n, NULL::int AS phase, NULL::text AS key
FROM unnest($2::bytea[]) WITH ORDINALITY AS s(lookup, n)
CROSS JOIN LATERAL (SELECT 1 FROM suppressions WHERE ledger = $1 AND lookup = s.lookup LIMIT 1) u${unlessPhase('suppression', '')}`;

/** States of streams: one row for each that has an event. */
export const READ_HEADS = `
SELECT s.n, h.state
FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS s(person, purpose, n)
CROSS JOIN LATERAL (SELECT state FROM heads
  WHERE ledger = $1 AND person = s.person AND purpose = s.purpose LIMIT 1) h`;

/** Whether a holder is known, and of which kind. */
export const READ_KINDS = `
SELECT s.n, p.kind
FROM unnest($2::uuid[]) WITH ORDINALITY AS s(person, n)
CROSS JOIN LATERAL (SELECT kind FROM persons WHERE ledger = $1 AND person = s.person LIMIT 1) p`;

/** What holds for whole people: one row for each for whom anything does. */
export const READ_PERSONS = `
SELECT s.n, p.state
FROM unnest($2::uuid[]) WITH ORDINALITY AS s(person, n)
CROSS JOIN LATERAL (SELECT state FROM persons WHERE ledger = $1 AND person = s.person LIMIT 1) p
WHERE p.state IS NOT NULL`;

/** What a call wrote already for a person: asked when the fate of a commit is unknown. */
export const READ_REQUEST = `
SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND request = $3 ORDER BY ordinal`;

export const READ_ANSWERS = `
SELECT s.n, i.body_hash, i.answer
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS s(scope, key, n)
CROSS JOIN LATERAL (SELECT body_hash, answer FROM idempotency
  WHERE ledger = $1 AND scope = s.scope AND key = s.key LIMIT 1) i`;

/**
 * One batch, one transaction. A person's row is taken by compare-and-set: it must stand at seq - step, and nobody may have
 * been told what held at a time later than the new events'. Whoever loses writes nothing and is decided again. A claim or
 * an idempotency key that stands already fails the statement as a whole (23505), and its calls go one by one. `stale`: keys
 * were rotated since the batch was made (a claim of another phase, a person's key under a master that is not the one in use);
 * then nothing at all is written, and it says which.
 */
export const APPEND = `
WITH stale AS MATERIALIZED (
  SELECT chain, key FROM key_chains
  WHERE ledger = $1 AND (chain = 'lookup' AND phase <> ANY ($47::int[]) OR chain = 'master' AND key <> ANY ($11::text[]))),
won AS (
  INSERT INTO persons (ledger, person, kind, seq, step, recorded_us, known_us, hash, state)
  SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[])
  WHERE NOT EXISTS (SELECT FROM stale)
  ON CONFLICT (ledger, person) DO UPDATE SET seq = excluded.seq, step = excluded.step,
    recorded_us = excluded.recorded_us, hash = excluded.hash, state = excluded.state
  WHERE persons.seq = excluded.seq - excluded.step AND persons.known_us <= excluded.known_us
  RETURNING person),
new_keys AS (
  INSERT INTO person_keys (ledger, person, master, wrapped)
  SELECT $1, k.* FROM unnest($10::uuid[], $11::text[], $12::bytea[]) AS k(person, master, wrapped)
  WHERE k.person IN (SELECT person FROM won)),
claimed AS (
  INSERT INTO identifiers (ledger, lookup, id, kind, person, sealed, generation)
  SELECT $1, i.lookup, i.id, i.kind, i.person, i.sealed, (i.phase + 1) / 2
  FROM unnest($13::bytea[], $14::uuid[], $15::text[], $16::uuid[], $17::bytea[], $47::int[]) AS i(lookup, id, kind, person, sealed, phase)
  WHERE i.person IN (SELECT person FROM won)),
written AS (
  INSERT INTO events (ledger, person, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes)
  SELECT $1, e.* FROM unnest($18::uuid[], $19::text[], $20::int[], $21::int[], $22::uuid[], $23::smallint[], $24::uuid[],
    $25::text[], $26::timestamptz[], $27::timestamptz[], $28::bytea[])
    AS e(person, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes)
  WHERE e.person IN (SELECT person FROM won)),
queued AS (
  INSERT INTO outbox (ledger, recorded_at, person, seq)
  SELECT $1, o.* FROM unnest($26::timestamptz[], $18::uuid[], $21::int[]) AS o(recorded_at, person, seq)
  WHERE o.person IN (SELECT person FROM won)),
sealed AS (
  INSERT INTO evidence (ledger, person, event, kinds, sealed)
  SELECT $1, v.* FROM unnest($29::uuid[], $30::uuid[], $31::text[], $32::bytea[]) AS v(person, event, kinds, sealed)
  WHERE v.person IN (SELECT person FROM won)),
headed AS (
  INSERT INTO heads (ledger, person, purpose, version, status, allowed, valid_until, state)
  SELECT $1, h.* FROM unnest($33::uuid[], $34::text[], $35::int[], $36::text[], $37::bool[], $38::timestamptz[], $39::text[])
    AS h(person, purpose, version, status, allowed, valid_until, state)
  WHERE h.person IN (SELECT person FROM won)
  ON CONFLICT (ledger, person, purpose) DO UPDATE SET version = excluded.version, status = excluded.status,
    allowed = excluded.allowed, valid_until = excluded.valid_until, state = excluded.state),
answered AS (
  INSERT INTO idempotency (ledger, scope, key, body_hash, request, answer)
  SELECT $1, a.scope, a.key, a.body_hash, a.request, a.answer
  FROM unnest($40::text[], $41::text[], $42::bytea[], $43::uuid[], $44::text[]) AS a(scope, key, body_hash, request, answer)
  WHERE NOT EXISTS (SELECT 1 FROM unnest($45::uuid[], $46::uuid[]) AS need(request, person)
    WHERE need.request = a.request AND need.person NOT IN (SELECT person FROM won))
  AND NOT EXISTS (SELECT FROM stale))
SELECT person, NULL AS chain, NULL AS key FROM won UNION ALL SELECT NULL, chain, key FROM stale`;
