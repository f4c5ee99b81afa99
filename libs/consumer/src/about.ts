import { isCount, isMessageData, isTime, isUuid } from './check-shape.js';
import { parse } from './read-message.js';
import { headerOf, isUnreadable, type Received, type Unreadable } from './received.js';

export interface About {
  event?: string;
  person: string;
  purpose: string;
  version: number;
}

/** What the headers of a message say about it. */
function toldByHeaders({ raw }: Unreadable): About {
  const id = headerOf(raw, 'ce_id');
  const [person = '', purpose = ''] = (headerOf(raw, 'ce_subject') ?? '').split('/');
  const version = headerOf(raw, 'ce_sequence') ?? '';
  return {
    event: isUuid(id) ? id : undefined,
    person: isUuid(person) ? person : '',
    purpose: /^[~a-z][a-z0-9-]{0,62}$/.test(purpose) ? purpose : '',
    version: /^\d{1,10}$/.test(version) ? Number(version) : 0,
  };
}

/** What a message says about itself, as far as it can be read: its headers where its value cannot. */
export function about(message: Received | Unreadable): About {
  if (isUnreadable(message)) return toldByHeaders(message);
  const { person, purpose, version } = message.data;
  return { event: message.id, person, purpose, version };
}

/** The version in a value whose shape is wrong otherwise. */
function toldByValue({ raw }: Unreadable): number | undefined {
  const value = parse(raw)?.value as { version?: unknown } | null | undefined;
  return isCount(value?.version) ? (value?.version as number) : undefined;
}

/**
 * What an unreadable message is about, in the shape of one that allows nothing: as its headers say, else as the key of a state
 * record and what of its value can be read, and the first version where none is told. Undefined where nothing says whose purpose it is.
 */
export function asNo(message: Unreadable): Received | undefined {
  const told = toldByHeaders(message);
  const [person, purpose] = (message.raw.key?.toString() ?? '').split(':');
  const recordedAt = headerOf(message.raw, 'ce_recordedtime');
  const data = { person: told.person || person, kind: 'person', purpose: told.purpose || purpose, seq: 1, version: told.version || (toldByValue(message) ?? 1), allowed: false, ...(isTime(recordedAt) && { recordedAt }) };
  return isMessageData(data) ? { raw: message.raw, type: 'unreadable', data } : undefined;
}
