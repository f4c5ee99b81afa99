import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { isGone, uuidv7 } from '#ledger';
import { openEvidence, type PersonKeys } from '#vault';
import { ProblemError } from '../http/problem.js';
import type { Reading } from '../proof/reading.js';
import { ENDINGS, mediaOf, SIGNATURE_BYTES, type Media } from './media.js';

interface Row {
  bytes: Buffer;
  kinds: string;
  sealed: Buffer;
  master: string;
  wrapped: Buffer;
}

const FIND = `
SELECT e.bytes, v.kinds, v.sealed, k.master, k.wrapped FROM evidence v, events e, person_keys k
WHERE v.ledger = $1 AND v.person = $2 AND v.event = $3 AND $4 = ANY (string_to_array(v.kinds, ','))
  AND e.ledger = $1 AND e.person = $2 AND e.event = $3 AND k.ledger = $1 AND k.person = $2
  AND NOT ${isGone('$2')}`;
const TRACE = 'INSERT INTO reads (ledger, id, read_at, reader, key, person, what, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)';

/** Files that are evidence of an event, opened again. */
@Injectable()
export class EvidenceFiles {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly origin: string,
    private readonly keys: PersonKeys,
  ) {}

  /** One file, after its trace is written; its bytes are those that the event's commitment was made of. 404 where there is none. */
  async open(person: string, event: string, kind: string, by: Reading): Promise<{ media: Media | undefined; name: string; file: Buffer }> {
    const { rows } = await this.pool.query<Row>(FIND, [this.ledger, person, event, kind]);
    const row = rows[0];
    if (!row) throw new ProblemError(404, 'evidence_unknown', 'this event has no such file, or it was erased');
    await this.pool.query(TRACE, [this.ledger, uuidv7(), new Date(), by.reader, by.key, person, `evidence/${event}/${kind}`, by.reason]);
    const key = this.keys.unwrap(person, row);
    const item = openEvidence(key, { ledger: this.origin, person, event }, row.kinds, row.sealed).find((one) => one.kind === kind);
    const { evidence } = JSON.parse(row.bytes.toString('utf8')) as LedgerEvent;
    const commitment = item && hash('sha256', Buffer.concat([Buffer.of(0x02), item.random, item.item]), 'hex');
    if (!item || commitment !== evidence?.[kind]) throw new Error('an evidence file does not fit its commitment');
    const media = mediaOf(item.item.subarray(0, SIGNATURE_BYTES));
    return { media, name: `${event}-${kind}.${media ? ENDINGS[media] : 'bin'}`, file: item.item };
  }
}
