import { LEDGER_PURPOSE, messageData, messageHeaders, PARTITIONS, stateKey, WHOLE_PERSON, type LedgerEvent, type MessageData, type MessageHeaders } from '#contracts';
import type { Leaf } from '#outbox';
import { murmur2 } from './murmur2.js';
import type { RelayRecord } from './records.js';

/** murmur2(person) over 32 partitions, as every Kafka client computes it: events and state of a person lie side by side. */
export const partitionOf = (person: string): number => (murmur2(Buffer.from(person)) & 0x7fffffff) % PARTITIONS;

/** Header of a state record: the fencing number of the leader that sent it. */
export const TERM = 'samtycke-term';

/** A state record is no event: it says which event it comes from, which version that is, also to whom cannot read it, which leader sent it, and no more. */
const stateHeaders = ({ ce_id, ce_logindex, ce_sequence, 'content-type': contentType }: MessageHeaders, term: string): RelayRecord['headers'] => ({ ce_id, ce_logindex, ce_sequence, 'content-type': contentType, [TERM]: term });

/** The event of a tombstone is of another stream. */
const tombstoneHeaders = ({ ce_id, ce_logindex, 'content-type': contentType }: MessageHeaders, term: string): RelayRecord['headers'] => ({ ce_id, ce_logindex, 'content-type': contentType, [TERM]: term });

/** Somebody was erased with this event: his purposes' state goes, and of himself stay id and marker. */
export const erases = (event: LedgerEvent): boolean => event.type === 'person-erased' && event.purpose === WHOLE_PERSON;

/** What stays on the state topic of a person who was erased: nothing that says anything about him but that. */
function markerOf({ person, kind, purpose, seq, version, occurredAt, recordedAt }: MessageData, hash: string): string {
  return JSON.stringify({ person, kind, purpose, seq, version, erased: true, occurredAt, recordedAt, hash });
}

/** The state record of a stream after its last event. */
export function stateRecord({ event, hash, index }: Leaf, term: string): RelayRecord {
  const data = messageData(event, hash);
  const value = event.after?.erased ? markerOf(data, hash) : JSON.stringify(data);
  return { key: stateKey(event.person, event.purpose), value, headers: stateHeaders(messageHeaders(event, index), term), partition: partitionOf(event.person) };
}

/** What stands in place of the state record of a purpose whose person was erased with `leaf`. */
export const tombstone = ({ event, index }: Leaf, purpose: string, term: string): RelayRecord => ({
  key: stateKey(event.person, purpose), value: null, headers: tombstoneHeaders(messageHeaders(event, index), term), partition: partitionOf(event.person),
});

/** What stands in place of the state record of a purpose of which the ledger knows nothing: what was recorded of it is lost. */
export const absence = (person: string, purpose: string, term: string): RelayRecord => ({
  key: stateKey(person, purpose), value: null, headers: { 'content-type': 'application/json', [TERM]: term }, partition: partitionOf(person),
});

interface Making<R> {
  /** The fencing number of the leader that sends. */
  term: string;
  /** All purposes of those who were erased in the page: their records get tombstones. */
  purposesOf?: ReadonlyMap<string, readonly string[]>;
  /** What becomes of a record at once, so that thousands of them need not be held. */
  make: (record: RelayRecord) => R;
}

/** The messages of a page: every event, and of every stream its last state. The ledger's own stream has no state record. */
export function messagesOf<R>(leaves: readonly Leaf[], { term, purposesOf, make }: Making<R>): { events: R[]; state: R[] } {
  const events: R[] = [];
  const state = new Map<string, R>();
  for (const { event, hash, index } of leaves) {
    const partition = partitionOf(event.person);
    const data = messageData(event, hash);
    const headers = messageHeaders(event, index);
    const value = JSON.stringify(data);
    events.push(make({ key: event.person, value, headers, partition }));
    const key = stateKey(event.person, event.purpose);
    if (event.purpose !== LEDGER_PURPOSE) state.set(key, make({ key, value: event.after?.erased ? markerOf(data, hash) : value, headers: stateHeaders(headers, term), partition }));
    if (erases(event)) for (const purpose of purposesOf?.get(event.person) ?? []) state.set(stateKey(event.person, purpose), make(tombstone({ event, hash, index }, purpose, term)));
  }
  return { events, state: [...state.values()] };
}
