import type { Pool } from 'pg';
import { stateText } from './compare.js';
import type { PersonFold } from './person-fold.js';

/** Where projections are rebuilt: tables of their own, without keys, that no program reads. */
const SCHEMA = 'replay';
const MAKE = [
  `DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`,
  `CREATE SCHEMA ${SCHEMA}`,
  `CREATE UNLOGGED TABLE ${SCHEMA}.heads (person uuid, purpose text, version integer, status text, allowed boolean, valid_until timestamptz, state text)`,
  `CREATE UNLOGGED TABLE ${SCHEMA}.persons (person uuid, kind text, seq integer, recorded_us bigint, hash bytea, state text)`,
  `CREATE UNLOGGED TABLE ${SCHEMA}.differing (person uuid)`,
];
const HEADS = `INSERT INTO ${SCHEMA}.heads SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bool[], $6::timestamptz[], $7::text[])`;
const PERSONS = `
INSERT INTO ${SCHEMA}.persons SELECT person, kind, seq, recorded_us, decode(hash, 'hex'), state
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[]) AS p(person, kind, seq, recorded_us, hash, state)`;
const DIFFERING = `INSERT INTO ${SCHEMA}.differing SELECT unnest($1::uuid[])`;

type Columns = unknown[][];
const columns = (count: number): Columns => Array.from({ length: count }, () => []);

/** The second place of a replay. What is put into it is written with the next `flush`. */
export class SecondPlace {
  private heads = columns(7);
  private persons = columns(6);
  private differing: string[] = [];

  constructor(private readonly pool: Pool) {}

  /** Makes it anew, empty. Needs the right to create a schema. */
  async make(): Promise<void> {
    for (const statement of MAKE) await this.pool.query(statement);
  }

  put(fold: PersonFold): void {
    const { person, kind, seq, recorded, hash, whole, streams } = fold;
    const row = [person, kind, seq, recorded, hash, whole === undefined ? null : JSON.stringify(whole)];
    row.forEach((value, at) => this.persons[at]?.push(value));
    for (const [purpose, stream] of streams) {
      const head = [person, purpose, stream.version, stream.status, stream.allowed, stream.validUntil ?? null, stateText(stream)];
      head.forEach((value, at) => this.heads[at]?.push(value));
    }
  }

  /** Notes that something of this person is not what the events say. */
  differs(person: string): void {
    if (this.differing.at(-1) !== person) this.differing.push(person);
  }

  async flush(): Promise<void> {
    const { heads, persons, differing } = this;
    [this.heads, this.persons, this.differing] = [columns(7), columns(6), []];
    if (heads[0]?.length) await this.pool.query({ name: 'replay-heads', text: HEADS, values: heads });
    if (persons[0]?.length) await this.pool.query({ name: 'replay-persons', text: PERSONS, values: persons });
    if (differing.length > 0) await this.pool.query(DIFFERING, [differing]);
  }

  /** Those of whom something differs, each once. */
  async *whoDiffers(): AsyncGenerator<string> {
    for (let after = '00000000-0000-0000-0000-000000000000', first = true; ; first = false) {
      const { rows } = await this.pool.query<{ person: string }>(`SELECT DISTINCT person FROM ${SCHEMA}.differing WHERE person > $1 OR ($2 AND person = $1) ORDER BY person LIMIT 1000`, [after, first]);
      for (const { person } of rows) yield person;
      const last = rows.at(-1);
      if (!last) return;
      after = last.person;
    }
  }

  async drop(): Promise<void> {
    await this.pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  }
}
