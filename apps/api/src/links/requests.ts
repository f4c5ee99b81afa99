import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { tokenHash } from '#vault';

/** A request that a mailed token points to. */
export interface PendingRequest {
  event: LedgerEvent;
  expired: boolean;
}

const FIND = `
SELECT t.expires_at, e.bytes FROM tokens t, events e
WHERE t.ledger = $1 AND t.hash = $2 AND e.ledger = $1 AND e.person = t.person AND e.purpose = t.purpose AND e.event = t.event`;

@Injectable()
export class Requests {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** The request behind a token; undefined when the token is not one of ours. Reading changes nothing. */
  async find(token: string): Promise<PendingRequest | undefined> {
    const { rows } = await this.pool.query<{ expires_at: Date; bytes: Buffer }>(FIND, [this.ledger, tokenHash(token)]);
    const row = rows[0];
    if (!row) return undefined;
    return { event: JSON.parse(row.bytes.toString('utf8')) as LedgerEvent, expired: row.expires_at <= new Date() };
  }
}
