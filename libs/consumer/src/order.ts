import type { MessageData } from '#contracts';

/** Where an event stands among those of its stream. */
export interface Place {
  version: number;
  /** When the ledger recorded it, in microseconds since 1970; undefined where nobody says. */
  recorded?: number;
}

const MICROS = 1_000_000;
const FRACTION = /\.(\d+)Z$/;

/** Microseconds since 1970, rounded as PostgreSQL does; undefined where the message does not say. */
export function recordedOf({ recordedAt }: Pick<MessageData, 'recordedAt'> | { recordedAt?: undefined }): number | undefined {
  if (recordedAt === undefined) return undefined;
  const [text = '', fraction = '0'] = FRACTION.exec(recordedAt) ?? [];
  const seconds = Date.parse(text === '' ? recordedAt : recordedAt.replace(text, 'Z')) / 1_000;
  return seconds * MICROS + Math.round(Number(`0.${fraction}`) * MICROS);
}

export const placeOf = (data: Pick<MessageData, 'version' | 'recordedAt'>): Place => ({ version: data.version, recorded: recordedOf(data) });

/**
 * Whether of two events of one stream the first is to be applied over the second: it was recorded later, or, where both were recorded at once or one does not
 * say when, it has the higher version. In one history time of record and version say the same. They part where the ledger lost its newest events
 * after it had sent them, and gave their versions to others: then what was recorded later is its word.
 */
export const isNewer = (one: Place, than: Place): boolean =>
  one.recorded === undefined || than.recorded === undefined || one.recorded === than.recorded ? one.version > than.version : one.recorded > than.recorded;
