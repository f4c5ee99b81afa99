import { Partitioners, type IHeaders, type Message } from 'kafkajs';
import { LEDGER_PURPOSE, messageData, messageHeaders, PARTITIONS, stateKey, WHOLE_PERSON, type MessageData, type MessageHeaders } from '#contracts';
import type { Leaf } from '#outbox';

const partitioner = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }));

/** murmur2(person) over 32 partitions, as every Kafka client computes it: events and state of a person lie side by side. */
export const partitionOf = (person: string): number => partitioner({ topic: '', partitionMetadata, message: { key: person, value: null } });

/** A state record is no event: it says which event it comes from, and no more. */
const stateHeaders = ({ ce_id, ce_logindex, ...headers }: MessageHeaders): IHeaders => ({ ce_id, ce_logindex, 'content-type': headers['content-type'] });

export interface Messages {
  events: Message[];
  state: Message[];
}

/** Somebody was erased with this event: his purposes' state goes, and of himself stay id and marker. */
export const erases = ({ event }: Leaf): boolean => event.type === 'person-erased' && event.purpose === WHOLE_PERSON;

/** What stays on the state topic of a person who was erased: nothing that says anything about him but that. */
function markerOf({ person, kind, purpose, seq, version, occurredAt, recordedAt }: MessageData, hash: string): string {
  return JSON.stringify({ person, kind, purpose, seq, version, erased: true, occurredAt, recordedAt, hash });
}

/**
 * The messages of a page: every event, and of every stream its last state. The ledger's own stream has no state record.
 * `purposesOf` names all purposes of those who were erased in the page: their records get tombstones.
 */
export function messagesOf(leaves: Leaf[], purposesOf: ReadonlyMap<string, readonly string[]> = new Map()): Messages {
  const events: Message[] = [];
  const state = new Map<string, Message>();
  for (const leaf of leaves) {
    const { event, hash, index } = leaf;
    const data = messageData(event, hash);
    const value = JSON.stringify(data);
    const headers = messageHeaders(event, index);
    const partition = partitionOf(event.person);
    events.push({ key: event.person, value, headers, partition });
    const keep = (purpose: string, held: string | null): Map<string, Message> => {
      const key = stateKey(event.person, purpose);
      return state.set(key, { key, value: held, headers: stateHeaders(headers), partition });
    };
    if (event.purpose !== LEDGER_PURPOSE) keep(event.purpose, event.after?.erased ? markerOf(data, hash) : value);
    if (erases(leaf)) for (const purpose of purposesOf.get(event.person) ?? []) keep(purpose, null);
  }
  return { events, state: [...state.values()] };
}
