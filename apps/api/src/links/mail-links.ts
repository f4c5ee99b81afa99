import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { tokenHash } from '#vault';

export interface MailLink {
  person: string;
  /** What it is about: the call that took something away, or the held withdrawal. */
  reference: string;
  /** The address that the mail went to. */
  via: { kind: string; id: string };
  /** The language in which it was written. */
  locale: string;
  expired: boolean;
}

const FIND = `SELECT person, reference, identifier, locale, expires_at FROM mail_links WHERE ledger = $1 AND hash = $2 AND kind = $3`;

/** Links of mails that answer to abuse; only hashes of their tokens are stored. */
@Injectable()
export class MailLinks {
  constructor(
    readonly pool: Pool,
    readonly ledger: number,
  ) {}

  /** What a token leads to; undefined when it is none of ours, or of another kind. Reading changes nothing. */
  async find(kind: 'way-back' | 'held', token: string): Promise<MailLink | undefined> {
    const values = [this.ledger, tokenHash(token), kind];
    const { rows } = await this.pool.query<{ person: string; reference: string; identifier: string; locale: string; expires_at: Date }>(FIND, values);
    const row = rows[0];
    return row && { person: row.person, reference: row.reference, locale: row.locale, via: { kind: 'email', id: row.identifier }, expired: row.expires_at <= new Date() };
  }
}
