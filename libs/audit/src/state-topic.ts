import type { Pool } from 'pg';
import { bools, int4s, int8s, texts, uuids } from '#ledger';
import type { Problem } from './problem.js';

/** A record of the state topic, as far as it is compared. `value` undefined: a tombstone. */
export interface StateRecord {
  person: string;
  purpose: string;
  value?: { version?: number; status?: string; allowed?: boolean; channels?: string[]; partners?: string[]; validUntil?: string; erased?: boolean };
}

const NOTE = 'SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bool[], $5::int[], $6::text[], $7::text[])';
/** Of a head, in the words of a record; nothing is compared of a status or a permission that the record leaves to the purpose's default. */
const TOLD = `concat_ws(' ', h.allowed::text, 'until', h.state::json ->> 'validUntil', 'channels', h.state::json ->> 'channels', 'partners', h.state::json ->> 'partners')`;
/** What the topic says otherwise than the fold, numbered: found once, and read in pages. */
const differencesIn = (schema: string): string[] => [
  `CREATE UNLOGGED TABLE ${schema}.told_otherwise AS SELECT row_number() OVER (ORDER BY person, purpose) AS n, d.* FROM (
  SELECT person, purpose, h.version, t.version AS told, p.seq,
    CASE
      WHEN purpose <> '~person' AND coalesce((p.state::json ->> 'erased')::bool, false) THEN CASE WHEN NOT t.gone THEN 'has a record where a tombstone should be: the person was erased' END
      WHEN h.version IS NULL THEN CASE WHEN NOT t.gone THEN 'has a record, and there is no event' END
      WHEN t.gone IS NULL THEN 'has no record'
      WHEN t.gone THEN 'has a tombstone where none should be'
      WHEN t.version IS NULL THEN 'has a record without a version'
      WHEN t.version < h.version THEN 'has an older record, of version ' || t.version
      WHEN t.version > h.version THEN 'has a newer record, of version ' || t.version
      WHEN purpose <> '~person' AND (t.status <> h.status OR t.told <> ${TOLD}) THEN 'has a record of this version that says something else'
      WHEN purpose = '~person' AND (t.status = 'erased') <> coalesce((p.state::json ->> 'erased')::bool, false) THEN 'has a record of this version that says something else'
    END AS text
  FROM (SELECT * FROM ${schema}.heads WHERE purpose <> '~ledger') h
  FULL JOIN (SELECT DISTINCT ON (person, purpose) * FROM ${schema}.topic ORDER BY person, purpose, at DESC) t USING (person, purpose)
  LEFT JOIN ${schema}.persons p USING (person)) d
WHERE text IS NOT NULL`,
  `CREATE INDEX ON ${schema}.told_otherwise (n)`,
];
/** With whether all of a person's events were sent before the topic was read, and none has come since he was folded, or all of them have; null of whom there is none. */
const pageIn = (schema: string): string => `
SELECT d.*, (SELECT coalesce(p.seq = d.seq, false) AND (SELECT count(*) FROM leaves l WHERE l.ledger = $1 AND l.person = d.person AND l.idx < $2) = p.seq
  FROM persons p WHERE p.ledger = $1 AND p.person = d.person) AS settled
FROM ${schema}.told_otherwise d WHERE d.n > $3 ORDER BY d.n LIMIT 1000`;
const SENT = `SELECT coalesce((SELECT next FROM leases WHERE ledger = $1 AND role = 'publisher'), 0) AS next`;

const list = (name: string, values: string[] | undefined): string[] => (values ? [name, JSON.stringify(values)] : [name]);

function toldBy({ allowed, validUntil, channels, partners }: NonNullable<StateRecord['value']>): string | null {
  if (allowed === undefined) return null;
  return [String(allowed), 'until', ...(validUntil === undefined ? [] : [validUntil]), ...list('channels', channels), ...list('partners', partners)].join(' ');
}

interface Difference {
  n: string;
  person: string;
  purpose: string;
  version: number | null;
  told: number | null;
  seq: number | null;
  text: string;
  settled: boolean | null;
}

/** The state topic in the second place of a replay, which must stand. Records are noted in the order of their partition. */
export class StateTopic {
  private records: StateRecord[] = [];
  private at = 0;
  private sent = '0';

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly schema: string,
  ) {}

  /** To be called before the topic is read: what is sent later need not stand in it. */
  async begin(): Promise<void> {
    await this.pool.query(`CREATE UNLOGGED TABLE ${this.schema}.topic (at bigint, person uuid, purpose text, gone boolean, version integer, status text, told text)`);
    this.sent = (await this.pool.query<{ next: string }>(SENT, [this.ledger])).rows[0]?.next ?? '0';
  }

  note(record: StateRecord): void {
    this.records.push(record);
  }

  async flush(): Promise<void> {
    const { records } = this;
    if (records.length === 0) return;
    this.records = [];
    const version = records.map(({ value }) => value?.version ?? -1);
    const status = records.map(({ purpose, value }) => (purpose === '~person' ? (value?.erased ? 'erased' : 'known') : (value?.status ?? null)));
    const columns = [int8s(records.map(() => (this.at += 1))), uuids(records.map(({ person }) => person)), texts(records.map(({ purpose }) => purpose)), bools(records.map(({ value }) => value === undefined)), int4s(version), texts(status), texts(records.map(({ value }) => (value ? toldBy(value) : null)))];
    await this.pool.query({ name: `${this.schema}-topic`, text: `INSERT INTO ${this.schema}.topic ${NOTE}`, values: columns });
  }

  /** What the topic says otherwise than the fold, of everybody who did not change meanwhile. Tells of how many records that cannot be said yet. */
  async compare(problem: (problem: Problem) => void): Promise<number> {
    await this.flush();
    for (const statement of differencesIn(this.schema)) await this.pool.query(statement);
    let open = 0;
    for await (const { person, purpose, version, told, seq, text, settled } of this.differences()) {
      if (settled ?? seq === null) problem({ person, purpose, version: version ?? told ?? undefined, text: `the state topic ${text}` });
      else open += 1;
    }
    return open;
  }

  private async *differences(): AsyncGenerator<Difference> {
    for (let after: string | undefined = '0'; after !== undefined; ) {
      const { rows }: { rows: Difference[] } = await this.pool.query<Difference>(pageIn(this.schema), [this.ledger, this.sent, after]);
      yield* rows;
      after = rows.at(-1)?.n;
    }
  }
}
