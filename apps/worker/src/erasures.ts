import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { decideFact, type PersonState } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { eraseHeld, freeSuppressed, isGone, openIdentifier, personCall, removeIdentifiers, streamsOf, type CatalogueInForce, type EraserOptions, type HeldIdentifier, type Ledger } from '#ledger';
import type { Job } from './follow-log.js';

export interface ErasureOptions extends EraserOptions {
  appender: Ledger;
  catalogue: () => Promise<CatalogueInForce | undefined>;
  log?: Pick<Logger, 'warn'>;
}

interface Other {
  person: string;
  kind: 'person' | 'device';
}

const ACTOR = { kind: 'ledger', id: 'erasures' } as const;
/**
 * Whether a device (an expression of the statement) is somebody else's, too, than $2: as noted, and by its own events, which are there before
 * a link is noted. Whoever was erased since counts no more.
 */
const isAnothers = (device: string): string => `(
  EXISTS (SELECT FROM links o WHERE o.ledger = $1 AND o.device = ${device} AND o.person <> $2)
  OR EXISTS (
    SELECT FROM events e, LATERAL (SELECT (convert_from(e.bytes, 'UTF8')::jsonb #>> '{fact,other}')::uuid AS person) other
    WHERE e.ledger = $1 AND e.person = ${device} AND e.purpose = '${WHOLE_PERSON}' AND e.type = 'person-linked' AND other.person <> $2 AND NOT ${isGone('other.person')}))`;
const OWN_DEVICES = `SELECT device FROM links l WHERE ledger = $1 AND person = $2 AND NOT ${isAnothers('l.device')} ORDER BY device`;
const IDENTIFIER = `
SELECT i.id, i.kind, i.sealed, k.master, k.wrapped FROM person_keys k, identifiers i
WHERE k.ledger = $1 AND k.person = $2 AND i.ledger = $1 AND i.person = $2 AND i.id = $3`;

const ERASED = `SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = '${WHOLE_PERSON}' AND type = 'person-erased' ORDER BY version DESC LIMIT 1`;

/** The event by which somebody was erased, by the ledger itself: a job that comes behind it takes along what the erasure could not find. */
export async function erasureOf({ pool, ledger }: Pick<ErasureOptions, 'pool' | 'ledger'>, person: string): Promise<LedgerEvent | undefined> {
  const { rows } = await pool.query<{ bytes: Buffer }>(ERASED, [ledger, person]);
  return rows[0] && (JSON.parse(rows[0].bytes.toString('utf8')) as LedgerEvent);
}

/** Devices of an erased person that belong to nobody else. */
export async function ownDevices(pool: Pool, ledger: number, person: string): Promise<string[]> {
  const { rows } = await pool.query<{ device: string }>(OWN_DEVICES, [ledger, person]);
  return rows.map(({ device }) => device);
}

/** Whether a holder is the person's still: whoever was split off stays, however late the list of parts forgets him. */
const goesWith = ({ kind }: Other, { mergedInto }: PersonState, { person }: LedgerEvent): boolean => kind === 'device' || mergedInto === person;

/** A holder who goes with the person. `request` is the person's event, so it happens once. */
export async function eraseOther(options: Pick<ErasureOptions, 'appender' | 'catalogue'>, holder: Other, cause: LedgerEvent): Promise<void> {
  const all = (await options.catalogue())?.purposes.values() ?? [];
  const purposes = [...all].filter((purpose) => purpose.holder === holder.kind);
  const reason = cause.reason === 'retention' ? 'retention' : 'erased';
  const { ground = 'eu-gdpr:A17-1-b' } = (cause.fact ?? {}) as { ground?: string };
  await options.appender.append(
    personCall({
      request: cause.event,
      holder,
      actor: ACTOR,
      purposes,
      decide: (view) => {
        if (!goesWith(holder, view.person, cause)) return [];
        const entries = decideFact({ kind: 'erase', reason, ground, kept: [] }, view.person, streamsOf(view, purposes), view.recordedAt);
        return entries.map((entry) => ({ ...entry, draft: { ...entry.draft, causes: [cause.event] } }));
      },
    }),
    { recheck: true },
  );
}

/** Whoever confirms by his own mail after an erasure is taken up again, and may be found by others again (rule 17). */
async function freeAgain(options: ErasureOptions, event: LedgerEvent): Promise<void> {
  const { pool, ledger, suppressionKeys } = options;
  const { rows } = await pool.query<HeldIdentifier>(IDENTIFIER, [ledger, event.person, event.viaId]);
  const identifier = rows[0] && openIdentifier(options, event.person, rows[0]);
  if (identifier) await freeSuppressed(pool, ledger, suppressionKeys, identifier);
}

/** Whoever was merged into the erased person goes with him (rule 15). */
async function eraseParts(options: ErasureOptions, event: LedgerEvent): Promise<void> {
  const { rows } = await options.pool.query<{ person: string }>('SELECT person FROM merges WHERE ledger = $1 AND into_person = $2 ORDER BY person', [options.ledger, event.person]);
  for (const { person } of rows) await eraseOther(options, { person, kind: 'person' }, event);
}

async function erasePerson(options: ErasureOptions, event: LedgerEvent): Promise<void> {
  // A device keeps time of its own: only an erasure that was asked for takes it along.
  if (event.reason === 'erased') for (const device of await ownDevices(options.pool, options.ledger, event.person)) await eraseOther(options, { person: device, kind: 'device' }, event);
  await eraseParts(options, event);
  const damaged = await eraseHeld(options, event.person, { suppress: event.reason === 'erased' });
  if (damaged > 0) options.log?.warn({ job: 'erasures', event: event.event, damaged }, 'identifiers of an erased person could not be opened: they are removed, and not suppressed');
}

const confirmedByHimself = ({ type, actor, viaId, causes }: LedgerEvent): boolean =>
  type === 'consent-granted' && actor.kind === 'person' && viaId !== undefined && causes !== undefined;

/**
 * Removes what events say is to be removed, and only that: all of an erased person with his own devices, and identifiers
 * that were corrected away. The worker alone may delete; doing it again changes nothing.
 */
export const erasures = (options: ErasureOptions): Job => ({
  name: 'erasures',
  types: ['person-erased', 'identifiers-changed', 'consent-granted'],
  async handle(event) {
    if (confirmedByHimself(event)) return freeAgain(options, event);
    if (event.purpose !== WHOLE_PERSON) return;
    if (event.type === 'identifiers-changed') await removeIdentifiers(options.pool, options.ledger, event);
    if (event.type === 'person-erased') await erasePerson(options, event);
  },
});
