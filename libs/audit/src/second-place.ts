import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { bools, byteas, int4s, int8s, microsOf, texts, timesOrNull, uuids } from '#ledger';
import type { Stream } from '#consent';
import { stateText } from './compare.js';
import type { PersonFold } from './person-fold.js';
import type { Projection } from './projections.js';

/** Tables without keys, that no program reads. */
const tablesIn = (schema: string): string[] => [
  `CREATE SCHEMA ${schema}`,
  `CREATE UNLOGGED TABLE ${schema}.heads (person uuid, purpose text, version integer, status text, allowed boolean, valid_until timestamptz, state text)`,
  `CREATE UNLOGGED TABLE ${schema}.persons (person uuid, kind text, seq integer, recorded_us bigint, hash bytea, state text)`,
  `CREATE UNLOGGED TABLE ${schema}.differing (person uuid, projection text)`,
];
/** Versions before had one place, `replay`, for every ledger. */
const LEFT = `SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1) OR nspname = 'replay' ORDER BY nspname`;
const prefixOf = (ledger: number): string => `replay_${ledger}_`;

const HEADS = 'SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bool[], $6::timestamptz[], $7::text[])';
const PERSONS = 'SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::bytea[], $6::text[])';

interface Head {
  person: string;
  purpose: string;
  stream: Stream;
}

/** Somebody of whom a projection is not what the events say. */
interface Differing {
  person: string;
  projection: Projection;
}

/** What is written of a person; the fold itself is let go. */
type Person = Pick<PersonFold, 'person' | 'kind' | 'seq' | 'recorded' | 'hash' | 'whole'>;

/** A damaged event may claim a time that is none. */
function momentOf(time: string | undefined): number | null {
  const micros = time === undefined ? NaN : microsOf(time);
  return Number.isSafeInteger(micros) ? micros : null;
}

const headColumns = (heads: Head[]): Buffer[] => [
  uuids(heads.map(({ person }) => person)), texts(heads.map(({ purpose }) => purpose)), int4s(heads.map(({ stream }) => stream.version)), texts(heads.map(({ stream }) => stream.status)),
  bools(heads.map(({ stream }) => stream.allowed)), timesOrNull(heads.map(({ stream }) => momentOf(stream.validUntil))), texts(heads.map(({ stream }) => stateText(stream))),
];
const personColumns = (folds: Person[]): Buffer[] => [
  uuids(folds.map(({ person }) => person)), texts(folds.map(({ kind = '' }) => kind)), int4s(folds.map(({ seq }) => seq)), int8s(folds.map(({ recorded }) => (Number.isSafeInteger(recorded) ? recorded : 0))),
  byteas(folds.map(({ hash = '' }) => Buffer.from(hash, 'hex'))), texts(folds.map(({ whole }) => (whole === undefined ? null : JSON.stringify(whole)))),
];

/** Second places of this ledger that stand: kept, of replays that run now, or of some that were killed. */
export async function standingPlaces(pool: Pool, ledger: number): Promise<string[]> {
  return (await pool.query<{ name: string }>(LEFT, [prefixOf(ledger)])).rows.map(({ name }) => name);
}

/** Where a replay rebuilds projections: a schema of its own. What is put into it is written with the next `flush`. */
export class SecondPlace {
  private heads: Head[] = [];
  private persons: Person[] = [];
  private differing: Differing[] = [];

  constructor(
    private readonly pool: Pool,
    readonly schema: string,
  ) {}

  /** Makes one, empty. Needs the right to create a schema. */
  static async make(pool: Pool, ledger: number): Promise<SecondPlace> {
    const schema = `${prefixOf(ledger)}${randomBytes(4).toString('hex')}`;
    // One query is one transaction: nothing is left where a part of it fails.
    await pool.query(tablesIn(schema).join(';\n'));
    return new SecondPlace(pool, schema);
  }

  put(fold: PersonFold): void {
    const { person, kind, seq, recorded, hash, whole } = fold;
    this.persons.push({ person, kind, seq, recorded, hash, whole });
    for (const [purpose, stream] of fold.streams) this.heads.push({ person, purpose, stream });
  }

  /** Notes that a projection of this person is not what the events say. */
  differs(person: string, projection: Projection): void {
    const last = this.differing.at(-1);
    if (last?.person !== person || last.projection !== projection) this.differing.push({ person, projection });
  }

  async flush(): Promise<void> {
    const { schema, heads, persons, differing } = this;
    [this.heads, this.persons, this.differing] = [[], [], []];
    if (heads.length > 0) await this.pool.query({ name: `${schema}-heads`, text: `INSERT INTO ${schema}.heads ${HEADS}`, values: headColumns(heads) });
    if (persons.length > 0) await this.pool.query({ name: `${schema}-persons`, text: `INSERT INTO ${schema}.persons ${PERSONS}`, values: personColumns(persons) });
    if (differing.length > 0) await this.pool.query(`INSERT INTO ${schema}.differing SELECT * FROM unnest($1::uuid[], $2::text[])`, [differing.map(({ person }) => person), differing.map(({ projection }) => projection)]);
  }

  /** Those of whom something differs, each once, with what. */
  async *whoDiffers(): AsyncGenerator<{ person: string; projections: Projection[] }> {
    for (let after = '00000000-0000-0000-0000-000000000000', first = true; ; first = false) {
      const { rows } = await this.pool.query<{ person: string; projections: Projection[] }>(`SELECT person, array_agg(DISTINCT projection) AS projections FROM ${this.schema}.differing WHERE person > $1 OR ($2 AND person = $1) GROUP BY person ORDER BY person LIMIT 1000`, [after, first]);
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      after = last.person;
    }
  }

  async drop(): Promise<void> {
    await this.pool.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
  }
}
