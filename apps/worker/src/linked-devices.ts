import type { Pool } from 'pg';
import { WHOLE_PERSON, type LedgerEvent, type NoticeRef } from '#contracts';
import { personAfter, type Draft, type PersonState, type Stream } from '#consent';
import { changeConsent, type CatalogueInForce, type DefinedPurpose, type Ledger, type View } from '#ledger';
import type { Counts } from '#statistics';
import { DeviceCounts, FIND_EVENT, type Cause } from './device-counts.js';
import { eraseOther, erasureOf, ownDevices } from './erasures.js';
import type { Job } from './follow-log.js';

export interface LinkedDevicesOptions {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  counts: Counts;
  catalogue: () => Promise<CatalogueInForce | undefined>;
}

const LINK = 'INSERT INTO links (ledger, person, device) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
const UNLINK = 'DELETE FROM links WHERE ledger = $1 AND person = $2';
/** Of the person, and of whoever was merged into him, also by way of others. */
const DEVICES = `
WITH RECURSIVE parts AS (
  SELECT $2::uuid AS person
  UNION SELECT m.person FROM parts o JOIN merges m ON m.ledger = $1 AND m.into_person = o.person)
SELECT DISTINCT l.device FROM parts o JOIN links l ON l.ledger = $1 AND l.person = o.person ORDER BY l.device`;
/** What `merges` notes, too, at a pace of its own: only while it is so, for what it forgot is not brought back. */
const NOTE_PART = `
INSERT INTO merges (ledger, person, into_person)
SELECT ledger, person, $3::uuid FROM persons WHERE ledger = $1 AND person = $2 AND state::json ->> 'mergedInto' = $3::uuid::text
ON CONFLICT (ledger, person) DO UPDATE SET into_person = excluded.into_person`;
const HEADS = 'SELECT purpose, state FROM heads WHERE ledger = $1 AND person = $2';
const ACTOR = { kind: 'ledger', id: 'linked-devices' } as const;

const NO = new Set<string>(['withdrawn', 'refused', 'objected']);

/** One holder's side of a link. */
function linked(holder: { person: string; kind: 'person' | 'device' }, other: string, { person, recordedAt }: { person: PersonState; recordedAt: string }): { purpose: '~person'; draft: Draft } {
  const role = holder.kind === 'person' ? 'device' : 'person';
  return { purpose: '~person', draft: { type: 'person-linked', occurredAt: recordedAt, fact: { other, role }, after: personAfter(person) } };
}

/** The options, and what counts the devices' part of a "no". */
interface Parts extends LinkedDevicesOptions {
  counted: DeviceCounts;
}

/** The text under which a device consented. */
async function noticeOn({ pool, ledger }: Parts, device: string, purpose: string): Promise<NoticeRef | undefined> {
  const { rows } = await pool.query<{ purpose: string; state: string }>(HEADS, [ledger, device]);
  const head = rows.find((row) => row.purpose === purpose);
  return head && (JSON.parse(head.state) as Stream).notice;
}

/** A person's "no" to a device purpose reaches one device. `request` is the event that causes it, so it happens once. */
async function cross(parts: Parts, device: string, purpose: DefinedPurpose, cause: Cause): Promise<void> {
  const notice = await noticeOn(parts, device, purpose.id);
  const change = { request: cause.event, people: [], device: { person: device, kind: 'device' as const }, evidence: {}, reason: 'linked-person' as const };
  const said = await parts.counted.said(purpose.id, cause);
  const { took } = await changeConsent(parts.appender, async () => ({ ...change, causes: [cause.event], wishes: [{ purpose, decision: 'withdraw' }], actor: ACTOR }), { recheck: true });
  if (took && said) parts.counted.ended(device, notice, said, cause);
}

/**
 * Notes a link; false where the person was erased before this came to it. An erasure that comes later finds the device there, one that came
 * before could not: the device that is his alone goes now, as it would have gone with him.
 */
async function noteLink(options: Parts, person: string, device: string): Promise<boolean> {
  const { pool, ledger } = options;
  await pool.query(LINK, [ledger, person, device]);
  const erasure = await erasureOf(options, person);
  if (!erasure) return true;
  const own = erasure.reason === 'erased' ? await ownDevices(pool, ledger, person) : [];
  for (const one of own) await eraseOther(options, { person: one, kind: 'device' }, erasure);
  await pool.query(UNLINK, [ledger, person]);
  return false;
}

/**
 * Writes the link on both sides, then what the person had said "no" to before. It follows from the request, which names the
 * device: what follows from the grant is its expiry, and one event has one consequence for one person.
 */
async function link(options: Parts, granted: LedgerEvent, { device, request }: { device: string; request: string }): Promise<void> {
  const { appender } = options;
  if (!(await noteLink(options, granted.person, device))) return;
  const holders = [{ person: granted.person, kind: 'person' as const }, { person: device, kind: 'device' as const }];
  for (const [at, holder] of holders.entries()) {
    const other = holders[1 - at]?.person ?? '';
    const decide = (view: View) => (view.person.erased ? [] : [linked(holder, other, view)]);
    const unit = { holder, purposes: [], facts: ['~person' as const], actor: ACTOR, evidence: {}, decide };
    await appender.append({ request, units: [unit], answer: () => undefined }, { recheck: true });
  }
  for (const { purpose, cause } of await ownRefusals(options, granted)) await cross(options, device, purpose, cause);
}

/** A link that the api wrote: noted here, and the person's earlier "no" goes to the device. */
async function carryOver(options: Parts, linkedTo: LedgerEvent): Promise<void> {
  const { other, role } = (linkedTo.fact ?? {}) as { other?: string; role?: string };
  if (other === undefined || role !== 'device') return;
  if (!(await noteLink(options, linkedTo.person, other))) return;
  for (const { purpose, cause } of await ownRefusals(options, linkedTo)) await cross(options, other, purpose, cause);
}

/** The devices of somebody who was merged in, and of his own parts, are this person's now: his earlier "no" goes to them. */
async function carryToParts(options: Parts, merged: LedgerEvent): Promise<void> {
  const { other, role } = (merged.fact ?? {}) as { other?: string; role?: string };
  if (merged.type !== 'person-merged' || role !== 'into') return;
  await options.pool.query(NOTE_PART, [options.ledger, other, merged.person]);
  const { rows } = await options.pool.query<{ device: string }>(DEVICES, [options.ledger, other]);
  for (const { device } of rows) for (const { purpose, cause } of await ownRefusals(options, merged)) await cross(options, device, purpose, cause);
}

/** Device purposes to which the person himself has said "no", each with the event that says so. */
async function ownRefusals({ pool, ledger, catalogue }: Parts, { person, request: call }: LedgerEvent): Promise<{ purpose: DefinedPurpose; cause: Cause }[]> {
  const { rows } = await pool.query<{ purpose: string; state: string }>(HEADS, [ledger, person]);
  const purposes = (await catalogue())?.purposes;
  return rows.flatMap((row) => {
    const purpose = purposes?.get(row.purpose);
    const stream = JSON.parse(row.state) as Stream;
    return purpose?.holder === 'device' && NO.has(stream.status) && stream.event ? [{ purpose, cause: { person, event: stream.event, call } }] : [];
  });
}

/** The device on which a confirmed request was made, if it was made on one, and that request. */
async function deviceOf({ pool, ledger }: Parts, granted: LedgerEvent): Promise<{ device: string; request: string } | undefined> {
  const [request] = granted.causes ?? [];
  if (request === undefined) return undefined;
  const { rows } = await pool.query<{ bytes: Buffer }>(FIND_EVENT, [ledger, granted.person, granted.purpose, request]);
  const fact = rows[0] && (JSON.parse(rows[0].bytes.toString('utf8')) as LedgerEvent).fact;
  return typeof fact?.device === 'string' ? { device: fact.device, request } : undefined;
}

/** A person's "no" to a device purpose goes to each of his devices. */
async function crossToDevices(options: Parts, event: LedgerEvent): Promise<void> {
  const purpose = (await options.catalogue())?.purposes.get(event.purpose);
  if (purpose?.holder !== 'device' || !NO.has(event.after?.status ?? '')) return;
  const { rows } = await options.pool.query<{ device: string }>(DEVICES, [options.ledger, event.person]);
  for (const { device } of rows) await cross(options, device, purpose, { person: event.person, event: event.event, call: event.request });
}

/**
 * Devices and people: a confirmed mail links the device that asked; a person's "no" to a device purpose reaches every
 * linked device, also one that is linked later or comes with somebody who is merged in. A grant never crosses.
 */
export function linkedDevices(given: LinkedDevicesOptions): Job {
  const options = { ...given, counted: new DeviceCounts(given) };
  return {
    name: 'linked-devices',
    types: ['consent-granted', 'consent-withdrawn', 'consent-refused', 'objection-raised', 'person-linked', 'person-merged'],
    async handle(event) {
      if (event.kind !== 'person') return;
      if (event.type === 'person-linked') return carryOver(options, event);
      if (event.purpose === WHOLE_PERSON) return carryToParts(options, event);
      if (event.type !== 'consent-granted') return crossToDevices(options, event);
      const asked = await deviceOf(options, event);
      if (asked) await link(options, event, asked);
    },
  };
}
