import { messageData, messageHeaders, type LedgerEvent } from '#contracts';

/**
 * CloudEvents 1.0, structured mode: the attributes and the data of the Kafka message of the same event, and nothing else. A
 * pure function of the event, its leaf hash and its log index, so each try has the same bytes.
 */
export function cloudEventOf(event: LedgerEvent, hash: string, index: number): string {
  const { 'content-type': datacontenttype, ...attributes } = messageHeaders(event, index);
  const named = Object.entries(attributes).map(([name, value]) => [name.slice('ce_'.length), value]);
  return JSON.stringify({ ...Object.fromEntries(named), datacontenttype, data: messageData(event, hash) });
}
