import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { isTextOf, parseReceiptId, readDocumentAt, receiptId, type ReceiptOf } from '#ledger';
import { ProblemError } from '../http/problem.js';

/** One event of a receipt, what its purpose meant then, and where it stands in the log. */
export interface ReceiptEvent {
  event: LedgerEvent;
  hash: string;
  index: number;
  meaning: Record<string, unknown>;
  title?: string;
  body?: string;
}

interface Row {
  bytes: Buffer;
  hash: string;
  /** What the log has of it. */
  leaf: string | null;
  idx: string | null;
}

const EVENTS = `
SELECT e.bytes, encode(sha256('\\x00'::bytea || e.bytes), 'hex') AS hash, encode(l.hash, 'hex') AS leaf, l.idx
FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 AND e.request = $3 AND e.purpose NOT LIKE '~%' ORDER BY e.ordinal`;
const CALL_OF = `
SELECT convert_from(bytes, 'UTF8')::json ->> 'request' AS request FROM events
WHERE ledger = $1 AND person = $2 AND event = $3 AND purpose NOT LIKE '~%'`;
const CONFIRMED = `
SELECT convert_from(bytes, 'UTF8')::json ->> 'request' AS request FROM events
WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = 'consent-granted' AND (convert_from(bytes, 'UTF8')::jsonb -> 'causes') ? $4
AND recorded_at > $5`;
const MEANING = 'SELECT body FROM purposes WHERE ledger = $1 AND definition = $2';
const NOTICE = 'SELECT document FROM notices WHERE ledger = $1 AND id = $2 AND version = $3 AND locale = $4';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const WAIT_MS = 2_000;
const POLL_MS = 50;

/** Receipts, made from the events whenever one is asked for: nothing of them is stored. */
@Injectable()
export class ReceiptTables {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** Whom a receipt is about. Receipts of calls from before ids led to their holders need the person beside. */
  private static meant(id: string, person: string | undefined): ReceiptOf {
    const meant = UUID.test(id) && person !== undefined ? { request: id, people: [person] } : parseReceiptId(id);
    if (!meant) throw new ProblemError(404, 'receipt_unknown', 'there is no such receipt');
    return meant;
  }

  /** The events of a receipt. 404 where the call recorded nothing, 503 while the log has no place for them yet, 500 where one is not what was logged: nothing is signed of it. */
  async read(id: string, person?: string): Promise<{ people: string[]; events: ReceiptEvent[] }> {
    const { request, people } = ReceiptTables.meant(id, person);
    const end = Date.now() + WAIT_MS;
    let rows = await this.rows(request, people);
    while (rows.some(({ idx }) => idx === null) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      rows = await this.rows(request, people);
    }
    if (rows.length === 0) throw new ProblemError(404, 'receipt_unknown', 'there is no such receipt, or the call recorded nothing');
    if (rows.some(({ idx }) => idx === null)) throw new ProblemError(503, 'receipt_not_ready', 'the log has no place for this event yet', {}, 2);
    if (rows.some(({ hash, leaf }) => hash !== leaf)) throw new ProblemError(500, 'chain_damaged', 'an event of this receipt is not what was hashed: `samtycke verify --database` says more');
    return { people, events: await Promise.all(rows.map((row) => this.event(row))) };
  }

  /** Names and titles as they stood when it was recorded: a receipt says what was told then, whatever is loaded since. */
  catalogueOf([first]: ReceiptEvent[]): Promise<unknown> {
    return readDocumentAt(this.pool, this.ledger, first?.event.recordedAt ?? '');
  }

  /** The receipt of the call that wrote this event of this person; undefined where there is no such event. */
  async idOf(person: string, event: string): Promise<string | undefined> {
    return this.idBy(person, CALL_OF, [this.ledger, person, event]);
  }

  /** The receipt of the confirmation of a request; undefined where it was not confirmed, or before `since`. */
  async idOfConfirmation({ person, purpose, event }: LedgerEvent, since: Date): Promise<string | undefined> {
    return this.idBy(person, CONFIRMED, [this.ledger, person, purpose, event, since]);
  }

  private async idBy(person: string, query: string, values: unknown[]): Promise<string | undefined> {
    const [row] = (await this.pool.query<{ request: string }>(query, values)).rows;
    return row && receiptId({ request: row.request, people: [person] });
  }

  private async rows(request: string, people: string[]): Promise<Row[]> {
    const found = await Promise.all(people.map((person) => this.pool.query<Row>(EVENTS, [this.ledger, person, request])));
    return found.flatMap(({ rows }) => rows);
  }

  private async event({ bytes, hash, idx }: Row): Promise<ReceiptEvent> {
    const event = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
    const { definition, notice } = event;
    const meaning = definition === undefined ? undefined : (await this.pool.query<{ body: string }>(MEANING, [this.ledger, definition])).rows[0];
    const shown = notice && (await this.pool.query<{ document: string }>(NOTICE, [this.ledger, notice.id, notice.version, notice.locale])).rows[0];
    // Only what was hashed: what stands in the tables under its name may be another text.
    const { title, body } = shown && isTextOf(notice?.sha256 ?? '', shown.document) ? (JSON.parse(shown.document) as { title: string; body: string }) : {};
    const meant = meaning && isTextOf(definition ?? '', meaning.body) ? (JSON.parse(meaning.body) as Record<string, unknown>) : {};
    return { event, hash, index: Number(idx), meaning: meant, title, body };
  }
}
