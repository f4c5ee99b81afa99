import type { Answer } from '../store.js';
import type { Queries } from './queries.js';
import { heldPerson, heldState } from './rows.js';

interface Row {
  now: Date;
  informed: boolean;
  version: number | null;
  parked_version: number | null;
  allowed: boolean | null;
  channels: string[] | null;
  valid_until: Date | null;
  person_version: number | null;
  person_parked: number | null;
  erased: boolean | null;
  restricted: boolean | null;
  suppressed: boolean | null;
  merged_into: string | null;
}

const QUESTION = `
  SELECT clock_timestamp() AS now, EXISTS (
      SELECT 1 FROM samtycke_consumer.meta WHERE key = 'learnt' AND (NOT value ? 'purposes' OR value -> 'purposes' ? asked.purpose)) AS informed,
    s.version, s.parked_version, s.allowed, s.channels, s.valid_until,
    p.version AS person_version, p.parked_version AS person_parked, p.erased, p.restricted, p.suppressed, p.merged_into
  FROM (SELECT $1::uuid AS person, $2::text AS purpose) asked
  LEFT JOIN samtycke_consumer.consent_state s ON s.person = asked.person AND s.purpose = asked.purpose
  LEFT JOIN samtycke_consumer.persons p ON p.person = asked.person`;

const stateIn = (row: Row): ReturnType<typeof heldState> | undefined =>
  row.version === null
    ? undefined
    : heldState({ version: row.version, parked_version: row.parked_version ?? 0, allowed: row.allowed ?? false, channels: row.channels, valid_until: row.valid_until });

const personIn = (row: Row): ReturnType<typeof heldPerson> | undefined =>
  row.person_version === null
    ? undefined
    : heldPerson({
        version: row.person_version,
        parked_version: row.person_parked ?? 0,
        erased: row.erased ?? false,
        restricted: row.restricted ?? false,
        suppressed: row.suppressed ?? false,
        merged_into: row.merged_into,
      });

/** What is held as of the database's last commit, with the database's clock. Throws what the database throws. */
export async function ask(queries: Queries, person: string, purpose: string): Promise<Answer> {
  const { rows } = await queries.query<Row>(QUESTION, [person, purpose]);
  const [row] = rows;
  if (!row) return { informed: false, now: 0 };
  return { informed: row.informed, now: row.now.getTime(), state: stateIn(row), person: personIn(row) };
}
