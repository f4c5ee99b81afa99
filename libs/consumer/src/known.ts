import { WHOLE_PERSON } from '#contracts';
import type { Received } from './received.js';
import type { Transaction } from './options.js';

/** What the database holds of one stream, as far as it decides whether a message is new. */
export interface KnownStream {
  version: number;
  appliedAt?: Date;
}

export interface KnownPerson extends KnownStream {
  erased: boolean;
}

export interface Known {
  streams: Map<string, KnownStream>;
  persons: Map<string, KnownPerson>;
}

export const streamKey = (person: string, purpose: string): string => `${person} ${purpose}`;

interface StreamRow {
  person: string;
  purpose: string;
  version: number;
  applied_at: Date;
}

interface PersonRow {
  person: string;
  version: number;
  erased: boolean;
  applied_at: Date;
}

const STREAMS = `
  SELECT s.person, s.purpose, s.version, s.applied_at
  FROM unnest($1::uuid[], $2::text[]) AS wanted (person, purpose)
  JOIN samtycke_consumer.consent_state s ON s.person = wanted.person AND s.purpose = wanted.purpose
  ORDER BY s.person, s.purpose FOR UPDATE OF s`;

const PERSONS = `
  SELECT p.person, p.version, p.erased, p.applied_at
  FROM samtycke_consumer.persons p WHERE p.person = ANY ($1::uuid[])
  ORDER BY p.person FOR UPDATE`;

/** Reads, and locks in one fixed order, what is known of the messages' persons and streams. */
export async function loadKnown(transaction: Transaction, messages: readonly Received[]): Promise<Known> {
  const keys = new Map<string, { person: string; purpose: string }>();
  for (const { data } of messages) {
    if (data.purpose !== WHOLE_PERSON) keys.set(streamKey(data.person, data.purpose), data);
  }
  const wanted = [...keys.values()];
  const people = [...new Set(messages.map(({ data }) => data.person))];
  const persons = await transaction.query<PersonRow>({ name: 'samtycke-persons', text: PERSONS, values: [people] });
  const values = [wanted.map((key) => key.person), wanted.map((key) => key.purpose)];
  const streams = await transaction.query<StreamRow>({ name: 'samtycke-streams', text: STREAMS, values });
  return {
    persons: new Map(persons.rows.map((row) => [row.person, { version: row.version, erased: row.erased, appliedAt: row.applied_at }])),
    streams: new Map(streams.rows.map((row) => [streamKey(row.person, row.purpose), { version: row.version, appliedAt: row.applied_at }])),
  };
}
