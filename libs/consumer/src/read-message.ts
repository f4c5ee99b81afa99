import { isUtf8 } from 'node:buffer';
import { type MessageData } from '#contracts';
import { isMessageData, isUuid, whatIsWrong } from './check-shape.js';
import { headerOf, isUnreadable, logIndexOf, type RawMessage, type Received, type Unreadable } from './received.js';

const unreadable = (raw: RawMessage, reason: Unreadable['reason'], detail: string): Unreadable => ({ raw, reason, detail });

/** The value as JSON; undefined where it is none. */
export function parse(raw: RawMessage): { value: unknown } | undefined {
  if (!raw.value || !isUtf8(raw.value)) return undefined;
  try {
    return { value: JSON.parse(raw.value.toString('utf8')) as unknown };
  } catch {
    return undefined;
  }
}

function readData(raw: RawMessage, keyOf: (data: MessageData) => string): { data: MessageData } | Unreadable {
  const parsed = parse(raw);
  if (!parsed) return unreadable(raw, 'not-json', 'value');
  const data = parsed.value;
  if (!isMessageData(data)) return unreadable(raw, 'wrong-shape', whatIsWrong(data) ?? 'data');
  return raw.key?.toString() === keyOf(data) ? { data } : unreadable(raw, 'wrong-shape', 'key');
}

/** Reads a message of the events topic. Never throws: what cannot be understood is said so, with the reason. */
export function readEvent(raw: RawMessage): Received | Unreadable {
  const id = headerOf(raw, 'ce_id');
  const type = headerOf(raw, 'ce_type');
  if (id === undefined || !isUuid(id)) return unreadable(raw, 'wrong-shape', 'ce_id');
  if (!type) return unreadable(raw, 'wrong-shape', 'ce_type');
  const read = readData(raw, ({ person }) => person);
  return isUnreadable(read) ? read : { raw, id, type, data: read.data, logIndex: logIndexOf(raw) };
}

function readTombstone(raw: RawMessage): Received | Unreadable {
  const [person = '', purpose = ''] = (raw.key?.toString() ?? '').split(':');
  const data = { person, kind: 'person', purpose, seq: 1, version: 1, allowed: false };
  return isMessageData(data) ? { raw, type: 'state', data, removed: true } : unreadable(raw, 'wrong-shape', 'key');
}

/** Reads a record of the state topic, tombstones included. Never throws. */
export function readState(raw: RawMessage): Received | Unreadable {
  if (raw.value === null) return readTombstone(raw);
  const read = readData(raw, ({ person, purpose }) => `${person}:${purpose}`);
  if (isUnreadable(read)) return read;
  const id = headerOf(raw, 'ce_id');
  return { raw, type: 'state', data: read.data, ...(id !== undefined && isUuid(id) && { id }) };
}
