import { personAfter } from '#consent';
import { asRead, demandAsRead, Ledger, newHolderId, personCall, Refusal, uuidv7, wholePerson, type View } from '#ledger';
import { personKeysOf } from '#vault';
import type { Connection } from '../connect.js';
import { trace } from '../trace.js';
import type { Asked } from './read.js';

/** By the log itself, which knows what the worker has yet to come to: most rights are met, and closed, by the call that asks. And the last event of whoever asked. */
const STANDS = `
SELECT p.seq, EXISTS (
  SELECT FROM events e, LATERAL (SELECT convert_from(e.bytes, 'UTF8')::jsonb -> 'causes' AS causes) c
  WHERE e.ledger = $1 AND e.person = $2 AND e.purpose = '~person' AND e.type = 'right-closed'
    AND (c.causes ? $3 OR (c.causes IS NULL AND e.request IN (SELECT request FROM events WHERE ledger = $1 AND person = $2 AND event = $3::uuid)))) AS closed
FROM persons p WHERE p.ledger = $1 AND p.person = $2`;

/** Of the last event of whoever asked; throws a refusal where the request is closed. */
async function openUntil({ pool, ledger }: Connection, { person, request }: Asked): Promise<number> {
  const { rows } = await pool.query<{ seq: number; closed: boolean }>(STANDS, [ledger, person, request]);
  if (rows[0]?.closed) throw new Refusal(409, 'right_closed', 'this request is closed');
  return rows[0]?.seq ?? 0;
}

/** Writes that a request was answered, once: with the person who asked, though he was merged since. Throws a refusal where it is closed. */
export async function closeRight(connection: Connection, asked: Asked, outcome: string, reason: string): Promise<void> {
  const { pool, ledger, keyring } = connection;
  const { person, right, request } = asked;
  await openUntil(connection, asked);
  // An event names nobody: who this operator is stands in the trace.
  const actor = { kind: 'operator' as const, id: newHolderId() };
  await trace(connection, `right ${request} closed, as the operator ${actor.id}`, reason, person);
  const appender = new Ledger({ ledger, origin: keyring.origin, pool, keys: personKeysOf(keyring) });
  try {
    await asRead(async () => {
      const seq = await openUntil(connection, asked);
      const decide = (view: View) => {
        if (view.person.erased) throw new Refusal(410, 'person_erased', 'this person was erased, and with that the request closed');
        demandAsRead(view, person, seq);
        return [wholePerson({ type: 'right-closed', occurredAt: view.recordedAt, causes: [request], fact: { right, outcome }, after: personAfter(view.person) })];
      };
      return appender.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor, purposes: [], decide }));
    });
  } finally {
    await appender.close();
  }
}
