import { LEDGER_PURPOSE, WHOLE_PERSON, type MessageData } from '#contracts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ID = /^[a-z][a-z0-9-]{0,62}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const MAX_COUNT = 2_147_483_647;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.length <= 200 && !value.includes('\u0000');
const isFlag: Check = (value) => typeof value === 'boolean';
export const isCount: Check = (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) <= MAX_COUNT;
export const isTime: Check = (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value));
const isIds: Check = (value) => Array.isArray(value) && value.every((id) => typeof id === 'string' && ID.test(id));
const isRecord: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPurpose: Check = (value) => value === WHOLE_PERSON || value === LEDGER_PURPOSE || (typeof value === 'string' && ID.test(value));

export const isUuid: Check = (value) => typeof value === 'string' && UUID.test(value);

const NEEDED: Record<string, Check> = { person: isUuid, kind: isText, purpose: isPurpose, seq: isCount, version: isCount };
const OPTIONAL: Record<string, Check> = {
  status: isText,
  basis: isText,
  reason: isText,
  allowed: isFlag,
  channels: isIds,
  partners: isIds,
  preferences: isRecord,
  validUntil: isTime,
  since: isTime,
  occurredAt: isTime,
  recordedAt: isTime,
  restricted: isFlag,
  erased: isFlag,
  suppressed: isFlag,
  mergedInto: isUuid,
  pausedUntil: isTime,
};

/** What every consumer relies on; members that it does not know are let through, since schemas grow. */
export function whatIsWrong(data: unknown): string | undefined {
  if (!isRecord(data)) return 'no object';
  const record = data as Record<string, unknown>;
  const missing = Object.entries(NEEDED).find(([name, check]) => !check(record[name]));
  if (missing) return missing[0];
  const wrong = Object.entries(OPTIONAL).find(([name, check]) => record[name] !== undefined && !check(record[name]));
  if (wrong) return wrong[0];
  const ofPurpose = !String(record['purpose']).startsWith('~');
  return ofPurpose && record['allowed'] === undefined ? 'allowed' : undefined;
}

export const isMessageData = (data: unknown): data is MessageData => whatIsWrong(data) === undefined;
