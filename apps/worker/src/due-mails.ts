import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { Bell } from '#outbox';

export type MailKind = 'confirmation' | 'way-back' | 'right';

/** A mail that has yet to leave, with the event that it is about. */
export interface DueMail {
  kind: MailKind;
  /** What it is noted under once it left: one mail for each. */
  reference: string;
  person: string;
  /** How often it was put off, by a server or since one like it left the same day. */
  tries: number;
  event: LedgerEvent;
}

/** Due at once, also where the clock of who keeps it runs ahead of the next leader's. */
const KEEP = 'INSERT INTO due_mails (ledger, person, kind, reference, seq, tries, due_at) VALUES ($1, $2, $3, $4, $5, 0, least($6, now())) ON CONFLICT DO NOTHING';
export const READ_DUE_MAILS = `
SELECT d.kind, d.reference, d.person, d.tries, e.bytes
FROM (SELECT kind, reference, person, seq, tries, due_at FROM due_mails WHERE ledger = $1 AND due_at <= $2::timestamptz ORDER BY due_at LIMIT $3) d
CROSS JOIN LATERAL (SELECT bytes FROM events WHERE ledger = $1 AND person = d.person AND seq >= d.seq ORDER BY seq LIMIT 1) e
ORDER BY d.due_at`;
const LATER = 'UPDATE due_mails SET tries = tries + 1, due_at = $5 WHERE ledger = $1 AND person = $2 AND kind = $3 AND reference = $4';
const DONE = 'DELETE FROM due_mails WHERE ledger = $1 AND person = $2 AND kind = $3 AND reference = $4';

/** Mails that have yet to leave, kept in the database: none is forgotten by a restart, and none waits for another. */
export class DueMails {
  /** Rings when there may be something to send. */
  readonly bell = new Bell();
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** Keeps a mail about an event, due at once; what is kept already stays as it is. */
  async keep(kind: MailKind, reference: string, { person, seq }: LedgerEvent): Promise<void> {
    await this.pool.query(KEEP, [this.ledger, person, kind, reference, seq, new Date()]);
    this.bell.ring();
  }

  /** Those whose time has come, the longest waiting first. */
  async due(now: Date, limit: number): Promise<DueMail[]> {
    const { rows } = await this.pool.query<Omit<DueMail, 'event'> & { bytes: Buffer }>({ name: 'read-due-mails', text: READ_DUE_MAILS, values: [this.ledger, now, limit] });
    return rows.map(({ bytes, ...mail }) => ({ ...mail, event: JSON.parse(bytes.toString('utf8')) as LedgerEvent }));
  }

  async later({ person, kind, reference }: DueMail, dueAt: Date): Promise<void> {
    await this.pool.query(LATER, [this.ledger, person, kind, reference, dueAt]);
  }

  /** It left, or never will. */
  async done({ person, kind, reference }: DueMail): Promise<void> {
    await this.pool.query(DONE, [this.ledger, person, kind, reference]);
  }
}
