import { personAfter } from '#consent';
import { Ledger, newHolderId, personCall, Refusal, uuidv7, wholePerson, type View } from '#ledger';
import { personKeysOf } from '#vault';
import type { Connection } from '../connect.js';
import { trace } from '../trace.js';
import type { Asked } from './read.js';

/** By the log itself, which knows what the worker has yet to come to. */
const CLOSED = `
SELECT FROM events WHERE ledger = $1 AND person = $2 AND purpose = '~person' AND type = 'right-closed' AND convert_from(bytes, 'UTF8')::jsonb -> 'causes' ? $3`;

/** Writes that a request was answered: with the person who asked, though he was merged since. Throws a refusal where it is closed. */
export async function closeRight(connection: Connection, { person, right, request }: Asked, outcome: string, reason: string): Promise<void> {
  const { pool, ledger, keyring } = connection;
  if ((await pool.query(CLOSED, [ledger, person, request])).rowCount) throw new Refusal(409, 'right_closed', 'this request is closed');
  // An event names nobody: who this operator is stands in the trace.
  const actor = { kind: 'operator' as const, id: newHolderId() };
  await trace(connection, `right ${request} closed, as the operator ${actor.id}`, reason, person);
  const decide = ({ person: state, recordedAt }: View) => {
    if (state.erased) throw new Refusal(410, 'person_erased', 'this person was erased, and with that the request closed');
    return [wholePerson({ type: 'right-closed', occurredAt: recordedAt, causes: [request], fact: { right, outcome }, after: personAfter(state) })];
  };
  const appender = new Ledger({ ledger, origin: keyring.origin, pool, keys: personKeysOf(keyring) });
  try {
    await appender.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor, purposes: [], decide }));
  } finally {
    await appender.close();
  }
}
