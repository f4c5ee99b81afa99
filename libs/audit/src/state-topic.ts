import type { Pool } from 'pg';
import { bools, int4s, int8s, texts, uuids } from '#ledger';
import type { Problem } from './problem.js';

/** A record of the state topic, as far as it is compared. `value` undefined: a tombstone. */
export interface StateRecord {
  person: string;
  purpose: string;
  value?: { version?: number; status?: string; allowed?: boolean; channels?: string[]; partners?: string[]; validUntil?: string; erased?: boolean };
}

const MAKE = 'CREATE UNLOGGED TABLE replay.topic (at bigint, person uuid, purpose text, gone boolean, version integer, status text, told text)';
const NOTE = 'INSERT INTO replay.topic SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bool[], $5::int[], $6::text[], $7::text[])';
/** Of a head, in the words of a record; nothing is compared of a status or a permission that the record leaves to the purpose's default. */
const TOLD = `concat_ws(' ', h.allowed::text, 'until', h.state::json ->> 'validUntil', 'channels', h.state::json ->> 'channels', 'partners', h.state::json ->> 'partners')`;
const DIFFERENCES = `
SELECT * FROM (
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
  FROM (SELECT * FROM replay.heads WHERE purpose <> '~ledger') h
  FULL JOIN (SELECT DISTINCT ON (person, purpose) * FROM replay.topic ORDER BY person, purpose, at DESC) t USING (person, purpose)
  LEFT JOIN replay.persons p USING (person)) d
WHERE text IS NOT NULL ORDER BY person, purpose`;
/** Whether all of a person's events were sent before the topic was read, and none has come since he was folded. */
const SETTLED = `
SELECT p.seq = $3 AND (SELECT count(*) FROM leaves l WHERE l.ledger = $1 AND l.person = $2 AND l.idx < $4) = p.seq AS settled
FROM persons p WHERE p.ledger = $1 AND p.person = $2`;
const SENT = `SELECT coalesce((SELECT next FROM leases WHERE ledger = $1 AND role = 'publisher'), 0) AS next`;

const list = (name: string, values: string[] | undefined): string[] => (values ? [name, JSON.stringify(values)] : [name]);

function toldBy({ allowed, validUntil, channels, partners }: NonNullable<StateRecord['value']>): string | null {
  if (allowed === undefined) return null;
  return [String(allowed), 'until', ...(validUntil === undefined ? [] : [validUntil]), ...list('channels', channels), ...list('partners', partners)].join(' ');
}

/** The state topic beside the second place of a replay, which must stand. Records are noted in the order of their partition. */
export class StateTopic {
  private records: StateRecord[] = [];
  private at = 0;
  private sent = '0';

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** To be called before the topic is read: what is sent later need not stand in it. */
  async begin(): Promise<void> {
    await this.pool.query(MAKE);
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
    await this.pool.query({ name: 'replay-topic', text: NOTE, values: columns });
  }

  /** What the topic says otherwise than the fold, of everybody who did not change meanwhile. Tells of how many records that cannot be said yet. */
  async compare(problem: (problem: Problem) => void): Promise<number> {
    await this.flush();
    const { rows } = await this.pool.query<{ person: string; purpose: string; version: number | null; told: number | null; seq: number | null; text: string }>(DIFFERENCES);
    let open = 0;
    for (const { person, purpose, version, told, seq, text } of rows) {
      const { rows: live } = await this.pool.query<{ settled: boolean }>(SETTLED, [this.ledger, person, seq, this.sent]);
      const settled = live[0]?.settled ?? seq === null;
      if (settled) problem({ person, purpose, version: version ?? told ?? undefined, text: `the state topic ${text}` });
      else open += 1;
    }
    return open;
  }
}
