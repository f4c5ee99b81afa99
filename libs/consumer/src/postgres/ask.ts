import type { Answer, Asked, Held } from '../store.js';
import type { Queries } from './queries.js';
import { heldPerson, heldState, recordedIn } from './rows.js';

interface HeldRow {
  version: number | null;
  recorded: number | null;
  parked_version: number | null;
  allowed: boolean | null;
  channels: string[] | null;
  valid_until: Date | null;
  person_version: number | null;
  person_recorded: number | null;
  person_parked: number | null;
  erased: boolean | null;
  restricted: boolean | null;
  suppressed: boolean | null;
  merged_into: string | null;
}

interface Row extends HeldRow {
  now: Date;
  informed: boolean;
}

const HELD = `
    s.version, ${recordedIn('s')} AS recorded, s.parked_version, s.allowed, s.channels, s.valid_until,
    p.version AS person_version, ${recordedIn('p')} AS person_recorded, p.parked_version AS person_parked, p.erased, p.restricted, p.suppressed, p.merged_into`;
const JOINED = `
  LEFT JOIN samtycke_consumer.consent_state s ON s.person = asked.person AND s.purpose = asked.purpose
  LEFT JOIN samtycke_consumer.persons p ON p.person = asked.person`;

const QUESTION = `
  SELECT clock_timestamp() AS now, EXISTS (
      SELECT 1 FROM samtycke_consumer.meta WHERE key = 'learnt' AND (NOT value ? 'purposes' OR value -> 'purposes' ? asked.purpose)) AS informed,${HELD}
  FROM (SELECT $1::uuid AS person, $2::text AS purpose) asked ${JOINED}`;

const QUESTIONS = `
  SELECT ${HELD}
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS asked (person, purpose, place) ${JOINED} ORDER BY asked.place`;

const stateIn = (row: HeldRow): ReturnType<typeof heldState> | undefined =>
  row.version === null
    ? undefined
    : heldState({ version: row.version, recorded: row.recorded, parked_version: row.parked_version ?? 0, allowed: row.allowed ?? false, channels: row.channels, valid_until: row.valid_until });

const personIn = (row: HeldRow): ReturnType<typeof heldPerson> | undefined =>
  row.person_version === null
    ? undefined
    : heldPerson({
        version: row.person_version,
        recorded: row.person_recorded,
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

/** What is held of many as of the database's last commit, in order. Throws what the database throws. */
export async function askMany(queries: Queries, asked: readonly Asked[]): Promise<Held[]> {
  const { rows } = await queries.query<HeldRow>(QUESTIONS, [asked.map(({ person }) => person), asked.map(({ purpose }) => purpose)]);
  return rows.map((row) => ({ state: stateIn(row), person: personIn(row) }));
}
