import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { LEDGER_PURPOSE, messageData, stateKey, WHOLE_PERSON, type LedgerEvent } from '#contracts';

/** What the ledger holds of one event, as small as the check can do with. */
export interface KnownEvent {
  person: string;
  purpose: string;
  version: number;
  seq: number;
  status?: string;
  allowed?: boolean;
  recordedAt: string;
  /** Its place in the log; undefined where the log has none for it. */
  index: number | undefined;
  /** Of the message's value on Kafka, as the event's bytes make it. */
  digest: string;
}

/** The whole ledger, read from its events alone. */
export interface Known {
  events: Map<string, KnownEvent>;
  /** The last event of each stream, by key of the state topic. */
  last: Map<string, KnownEvent>;
  erased: Set<string>;
}

export const digestOf = (value: string | Buffer): string => createHash('sha256').update(value).digest('base64');
const leafHash = (bytes: Buffer): string => createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex');

const PAGE = 5_000;
const READ = 'SELECT person, seq, bytes, idx FROM events LEFT JOIN leaves USING (ledger, person, seq) WHERE ledger = $1 AND (person, seq) > ($2, $3) ORDER BY person, seq LIMIT $4';

interface Row {
  person: string;
  seq: number;
  bytes: Buffer;
  idx: string | null;
}

function knownOf({ bytes, idx }: Row): { id: string; event: LedgerEvent; known: KnownEvent } {
  const event = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
  const { person, purpose, version, seq, recordedAt, after } = event;
  const digest = digestOf(JSON.stringify(messageData(event, leafHash(bytes))));
  return { id: event.event, event, known: { person, purpose, version, seq, status: after?.status, allowed: after?.allowed, recordedAt, index: idx === null ? undefined : Number(idx), digest } };
}

/** Reads every event; tells an id that stands twice. */
export async function readKnown(pool: Pool, ledger: number, problem: (text: string) => void): Promise<Known> {
  const found: Known = { events: new Map(), last: new Map(), erased: new Set() };
  for (let [person, seq] = ['00000000-0000-0000-0000-000000000000', -1]; ; ) {
    const { rows } = await pool.query<Row>(READ, [ledger, person, seq, PAGE]);
    for (const row of rows) {
      const { id, event, known } = knownOf(row);
      if (found.events.has(id)) problem(`event ${id} stands twice in the ledger`);
      found.events.set(id, known);
      if (event.purpose !== LEDGER_PURPOSE) found.last.set(stateKey(event.person, event.purpose), known);
      if (event.type === 'person-erased' && event.purpose === WHOLE_PERSON) found.erased.add(event.person);
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return found;
    [person, seq] = [last.person, last.seq];
  }
}
