import { Partitioners } from 'kafkajs';
import { LEDGER_PURPOSE, messageData, messageHeaders, PARTITIONS, stateKey, WHOLE_PERSON, type MessageData, type MessageHeaders } from '#contracts';
import type { Leaf } from '#outbox';
import type { RelayRecord } from './records.js';

const partitioner = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }));

/** murmur2(person) over 32 partitions, as every Kafka client computes it: events and state of a person lie side by side. */
export const partitionOf = (person: string): number => partitioner({ topic: '', partitionMetadata, message: { key: person, value: null } });

/** Header of a state record: the fencing number of the leader that sent it. */
export const TERM = 'samtycke-term';

/** A state record is no event: it says which event it comes from, which leader sent it, and no more. */
const stateHeaders = ({ ce_id, ce_logindex, ...headers }: MessageHeaders, term: string): RelayRecord['headers'] => ({ ce_id, ce_logindex, 'content-type': headers['content-type'], [TERM]: term });

export interface Messages {
  events: RelayRecord[];
  state: RelayRecord[];
}

/** Somebody was erased with this event: his purposes' state goes, and of himself stay id and marker. */
export const erases = ({ event }: Leaf): boolean => event.type === 'person-erased' && event.purpose === WHOLE_PERSON;

/** What stays on the state topic of a person who was erased: nothing that says anything about him but that. */
function markerOf({ person, kind, purpose, seq, version, occurredAt, recordedAt }: MessageData, hash: string): string {
  return JSON.stringify({ person, kind, purpose, seq, version, erased: true, occurredAt, recordedAt, hash });
}

const valueOf = ({ event, hash }: Leaf, data: MessageData): string => (event.after?.erased ? markerOf(data, hash) : JSON.stringify(data));

/** The state record of a stream after its last event. */
export function stateRecord(leaf: Leaf, term: string): RelayRecord {
  const { event, hash, index } = leaf;
  return { key: stateKey(event.person, event.purpose), value: valueOf(leaf, messageData(event, hash)), headers: stateHeaders(messageHeaders(event, index), term), partition: partitionOf(event.person) };
}

/** What stands in place of the state record of a purpose whose person was erased with `leaf`. */
export const tombstone = (leaf: Leaf, purpose: string, term: string): RelayRecord => ({
  key: stateKey(leaf.event.person, purpose), value: null, headers: stateHeaders(messageHeaders(leaf.event, leaf.index), term), partition: partitionOf(leaf.event.person),
});

/**
 * The messages of a page: every event, and of every stream its last state. The ledger's own stream has no state record.
 * `purposesOf` names all purposes of those who were erased in the page: their records get tombstones.
 */
export function messagesOf(leaves: readonly Leaf[], term: string, purposesOf: ReadonlyMap<string, readonly string[]> = new Map()): Messages {
  const events: RelayRecord[] = [];
  const state = new Map<string, RelayRecord>();
  for (const leaf of leaves) {
    const { event, hash, index } = leaf;
    const partition = partitionOf(event.person);
    const data = messageData(event, hash);
    const headers = messageHeaders(event, index);
    const value = JSON.stringify(data);
    events.push({ key: event.person, value, headers, partition });
    const key = stateKey(event.person, event.purpose);
    if (event.purpose !== LEDGER_PURPOSE) state.set(key, { key, value: event.after?.erased ? markerOf(data, hash) : value, headers: stateHeaders(headers, term), partition });
    if (erases(leaf)) for (const purpose of purposesOf.get(event.person) ?? []) state.set(stateKey(event.person, purpose), tombstone(leaf, purpose, term));
  }
  return { events, state: [...state.values()] };
}
