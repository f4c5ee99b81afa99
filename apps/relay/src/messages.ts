import { Partitioners, type IHeaders, type Message } from 'kafkajs';
import { LEDGER_PURPOSE, messageData, messageHeaders, PARTITIONS, stateKey, type MessageHeaders } from '#contracts';
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
    if (event.purpose !== LEDGER_PURPOSE) state.set(key, { key, value, headers: stateHeaders(headers), partition });
  }
  return { events, state: [...state.values()] };
}
