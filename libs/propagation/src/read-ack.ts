import type { Ack, AckOutcome } from '#contracts';
import { SYSTEM_ID } from './system-id.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const FIRST = Date.UTC(2000, 0);
const LAST = Date.UTC(9999, 0);
const PURPOSE = /^~?[a-z][a-z0-9-]{0,62}$/;
const isVersion = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
const OUTCOMES: readonly AckOutcome[] = ['applied', 'repeat', 'not-mine', 'parked'];

const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value);

const isTime = (value: unknown): value is string => isText(value, TIME) && Date.parse(value) >= FIRST && Date.parse(value) < LAST;

function isAck(value: unknown): value is Ack {
  if (typeof value !== 'object' || value === null) return false;
  const { system, event, person, purpose, version, outcome, appliedAt } = value as Record<string, unknown>;
  const named = isText(system, SYSTEM_ID) && isText(event, UUID) && isText(person, UUID) && isText(purpose, PURPOSE) && isVersion(version);
  return named && OUTCOMES.includes(outcome as AckOutcome) && isTime(appliedAt);
}

/** An acknowledgement as some system wrote it; undefined for what is none. Never throws: the topic is anybody's. */
export function readAck(value: Buffer | null): Ack | undefined {
  try {
    const parsed: unknown = JSON.parse(value?.toString('utf8') ?? '');
    // The database knows no 30 February and no offset of 23 hours, which this calendar does.
    return isAck(parsed) ? { ...parsed, appliedAt: new Date(parsed.appliedAt).toISOString() } : undefined;
  } catch {
    return undefined;
  }
}
