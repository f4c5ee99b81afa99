import { Partitioners, type Message } from 'kafkajs';
import { LEDGER_PURPOSE, messageData, messageHeaders, PARTITIONS, stateKey } from '#contracts';
import type { Leaf } from '#outbox';

const partitioner = Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] }));

/** murmur2(person) over 32 partitions, as every Kafka client computes it: events and state of a person lie side by side. */
export const partitionOf = (person: string): number => partitioner({ topic: '', partitionMetadata, message: { key: person, value: null } });

export interface Messages {
  events: Message[];
  state: Message[];
}

/** The messages of a page: every event, and of every stream its last state. The ledger's own stream has no state record. */
export function messagesOf(leaves: Leaf[]): Messages {
  const events: Message[] = [];
  const state = new Map<string, Message>();
  for (const { event, hash, index } of leaves) {
    const value = JSON.stringify(messageData(event, hash));
    const headers = messageHeaders(event, index);
    const partition = partitionOf(event.person);
    events.push({ key: event.person, value, headers, partition });
    const key = stateKey(event.person, event.purpose);
    if (event.purpose !== LEDGER_PURPOSE) state.set(key, { key, value, headers, partition });
  }
  return { events, state: [...state.values()] };
}
