import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { uuidv7 } from '#ledger';
import { PeopleTables } from '../people/people-tables.js';
import type { Reading } from './reading.js';

export interface HistoryPage {
  person: string;
  /** Each event's members, its leaf hash, and its log index once it has one. */
  events: (LedgerEvent & { hash: string; index?: number })[];
  /** Cursor of the next page; absent on the last. */
  next?: number;
}

interface Row {
  bytes: Buffer;
  hash: string;
  idx: string | null;
}

const PAGE = `
SELECT e.bytes, encode(sha256('\\x00'::bytea || e.bytes), 'hex') AS hash, l.idx
FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4`;

const TRACE = `INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

@Injectable()
export class History {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly tables: PeopleTables,
  ) {}

  /** Notes a reading; to be called before anything is shown. */
  async trace(person: string, what: string, by: Reading): Promise<void> {
    await this.pool.query(TRACE, [this.ledger, uuidv7(), new Date(), by.reader, by.key, person, what, by.reason]);
  }

  /** One page of a history. The trace is written first: nothing is shown that was not noted. */
  async page(person: string, { after, limit }: { after: number; limit: number }, by: Reading): Promise<HistoryPage> {
    await this.tables.kind(person);
    await this.trace(person, 'history', by);
    const { rows } = await this.pool.query<Row>(PAGE, [this.ledger, person, after, limit + 1]);
    const events = rows.slice(0, limit).map((row) => {
      const event = JSON.parse(row.bytes.toString('utf8')) as LedgerEvent;
      return { ...event, hash: row.hash, ...(row.idx !== null && { index: Number(row.idx) }) };
    });
    return { person, events, ...(rows.length > limit && { next: events.at(-1)?.seq }) };
  }
}
