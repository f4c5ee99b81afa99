import type { MessageData } from '#contracts';
import type { Changes } from '../fold.js';
import { streamKey } from '../known.js';
import type { Received } from '../received.js';
import type { Standing } from '../store.js';
import type { Queries } from './queries.js';

const list = (ids: string[] | undefined): string | null => (ids === undefined ? null : ids.join(','));

type Column = [type: string, value: (data: MessageData) => unknown];

const STREAM_COLUMNS: Record<string, Column> = {
  person: ['uuid', (data) => data.person],
  purpose: ['text', (data) => data.purpose],
  kind: ['text', (data) => data.kind],
  version: ['integer', (data) => data.version],
  seq: ['integer', (data) => data.seq],
  allowed: ['boolean', (data) => data.allowed ?? false],
  status: ['text', (data) => data.status ?? null],
  basis: ['text', (data) => data.basis ?? null],
  reason: ['text', (data) => data.reason ?? null],
  channels: ['text', (data) => list(data.channels)],
  partners: ['text', (data) => list(data.partners)],
  preferences: ['jsonb', (data) => (data.preferences ? JSON.stringify(data.preferences) : null)],
  valid_until: ['timestamptz', (data) => data.validUntil ?? null],
  since: ['timestamptz', (data) => data.since ?? null],
  recorded_at: ['timestamptz', (data) => data.recordedAt ?? null],
};

const PERSON_COLUMNS: Record<string, Column> = {
  person: ['uuid', (data) => data.person],
  kind: ['text', (data) => data.kind],
  version: ['integer', (data) => data.version],
  seq: ['integer', (data) => data.seq],
  restricted: ['boolean', (data) => data.restricted ?? false],
  erased: ['boolean', (data) => data.erased ?? false],
  suppressed: ['boolean', (data) => data.suppressed ?? false],
  merged_into: ['uuid', (data) => data.mergedInto ?? null],
  paused_until: ['timestamptz', (data) => data.pausedUntil ?? null],
  recorded_at: ['timestamptz', (data) => data.recordedAt ?? null],
};

interface Upsert {
  /** Of the prepared statement. */
  name: string;
  text: string;
  columns: Record<string, Column>;
}

function upsert(table: string, columns: Record<string, Column>, key: readonly string[]): Upsert {
  const names = Object.keys(columns);
  const arrays = names.map((name, index) => `$${index + 1}::${columns[name]?.[0]}[]`);
  const picked = names.map((name) => (name === 'channels' || name === 'partners' ? `string_to_array(fresh.${name}, ',')` : `fresh.${name}`));
  const updates = [...names.filter((name) => !key.includes(name)), 'applied_at'].map((name) => `${name} = excluded.${name}`);
  const text = `
    INSERT INTO samtycke_consumer.${table} AS held (${names.join(', ')}, applied_at)
    SELECT ${picked.join(', ')}, $${names.length + 1} FROM unnest(${arrays.join(', ')}) AS fresh (${names.join(', ')})
    ORDER BY ${key.map((name) => `fresh.${name}`).join(', ')}
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${updates.join(', ')}
    WHERE CASE WHEN excluded.recorded_at <> held.recorded_at THEN excluded.recorded_at > held.recorded_at ELSE excluded.version > held.version END
    RETURNING (held.xmax = 0) AS inserted`;
  return { name: `samtycke-keep-${table}`, text, columns };
}

const UPSERT_STREAMS = upsert('consent_state', STREAM_COLUMNS, ['person', 'purpose']);
const UPSERT_PERSONS = upsert('persons', PERSON_COLUMNS, ['person']);
const FORGET = 'DELETE FROM samtycke_consumer.consent_state WHERE person = ANY ($1::uuid[])';
const GONE = 'SELECT FROM samtycke_consumer.persons WHERE person = ANY ($1::uuid[]) AND erased LIMIT 1';
const REMOVE = `
  DELETE FROM samtycke_consumer.consent_state s USING unnest($1::uuid[], $2::text[]) AS gone (person, purpose)
  WHERE s.person = gone.person AND s.purpose = gone.purpose`;

/** Another instance applied one of these messages meanwhile: nothing is written, and the work is done anew. */
export class Overtaken extends Error {
  readonly code = '40001';
  override readonly name = 'Overtaken';
}

async function write(transaction: Queries, { name, text, columns }: Upsert, messages: readonly Received[], isNew: (message: Received) => boolean, now: Date): Promise<void> {
  if (messages.length === 0) return;
  const arrays = Object.values(columns).map(([, value]) => messages.map(({ data }) => value(data)));
  const { rows } = await transaction.query<{ inserted: boolean }>({ name, text, values: [...arrays, now] });
  const inserted = rows.filter((row) => row.inserted).length;
  if (rows.length !== messages.length || inserted !== messages.filter(isNew).length) throw new Overtaken('a version was written meanwhile');
}

/**
 * Another instance may erase a person while a row of his is written here that it cannot see. The two meet at the row's key (`storeChanges`): whichever is
 * second waits for the other, and sees afterwards what it did.
 */
async function demandNotErased(transaction: Queries, written: readonly Received[]): Promise<void> {
  if (written.length === 0) return;
  const { rowCount } = await transaction.query(GONE, [written.map(({ data }) => data.person)]);
  if (rowCount !== 0) throw new Overtaken('a person was erased meanwhile');
}

/**
 * Writes the changes with one statement each; a row is replaced by a newer event only (`isNewer`). What goes with an erasure is written first, and so waits
 * for another instance that writes it. Throws `Overtaken`.
 */
export async function storeChanges(transaction: Queries, changes: Changes, standing: Standing, now: Date): Promise<void> {
  const newPerson = ({ data }: Received): boolean => !standing.persons.has(data.person);
  const newStream = ({ data }: Received): boolean => !standing.streams.has(streamKey(data.person, data.purpose));
  await write(transaction, UPSERT_PERSONS, [...changes.persons.values()], newPerson, now);
  const streams = [...changes.streams.values()];
  await write(transaction, UPSERT_STREAMS, [...streams, ...changes.dropped.values()], newStream, now);
  await demandNotErased(transaction, streams.filter(newStream));
  if (changes.erased.size > 0) await transaction.query(FORGET, [[...changes.erased]]);
  const removed = [...changes.removed.values()].map(({ data }) => data);
  if (removed.length > 0) await transaction.query(REMOVE, [removed.map(({ person }) => person), removed.map(({ purpose }) => purpose)]);
}
