import { createHash } from 'node:crypto';
import type { PreferencesBody } from '../ledger/rights-calls.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const KEY = /^[\w-]{8,64}$/;
const LANGUAGE = /^[a-z]{2,3}$/;
const MOST = 64;

/** How long a pause can be: days or months from today. */
export const LENGTHS = { week: { days: 7 }, month: { months: 1 }, quarter: { months: 3 }, half: { months: 6 } } as const;
export type Length = keyof typeof LENGTHS;

/** What a form of wishes asks for, and under which key it counts once. */
export interface Wish {
  key: string;
  purpose?: string;
  body: PreferencesBody;
}

/** A form that leaves no channel of a purpose: that is no wish, but a pause or a no. */
export interface Unchosen {
  unchosen: string;
}

type Fields = Record<string, unknown>;
type Read = (fields: Fields, now: Date) => PreferencesBody | 'unchosen' | undefined;

const text = (fields: Fields, name: string, form: RegExp): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && form.test(value) ? value : undefined;
};

/** Boxes that were ticked. */
const list = (fields: Fields, name: string): string[] => [fields[name] ?? []].flat().filter((one): one is string => typeof one === 'string' && ID.test(one)).slice(0, MOST);

const orNull = (values: string[]): string[] | null => (values.length > 0 ? values : null);

const isLength = (value: unknown): value is Length => typeof value === 'string' && Object.hasOwn(LENGTHS, value);

/** The evening of the last day: the same for two presses on one day. */
function endOf(length: Length, now: Date): string {
  const end = new Date(now);
  const { days = 0, months = 0 } = LENGTHS[length] as { days?: number; months?: number };
  const day = end.getUTCDate();
  end.setUTCMonth(end.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(day, last) + days);
  return `${end.toISOString().slice(0, 10)}T20:00:00Z`;
}

/** A box left empty is a wish taken back; but where channels can be chosen at least one is. */
function wishes(fields: Fields): PreferencesBody | 'unchosen' {
  const channels = list(fields, 'channels');
  const asksChannels = fields.asks === 'channels';
  if (asksChannels && channels.length === 0) return 'unchosen';
  return { topics: orNull(list(fields, 'topics')), frequency: text(fields, 'frequency', ID) ?? null, language: text(fields, 'language', LANGUAGE) ?? null, ...(asksChannels && { channels }) };
}

const OF_PURPOSE: Record<string, Read> = {
  wishes,
  pause: ({ length }, now) => (isLength(length) ? { pausedUntil: endOf(length, now) } : undefined),
  resume: () => ({ pausedUntil: null }),
};

const OF_ALL: Record<string, Read> = {
  pause: OF_PURPOSE.pause as Read,
  resume: OF_PURPOSE.resume as Read,
  silence: () => ({ suppressed: true }),
  speak: () => ({ suppressed: false }),
};

/** What an act means with a purpose, and without one; a purpose that is none has no acts. */
function readerOf(sent: unknown, purpose: string | undefined, act: string): Read | undefined {
  const reads = sent === undefined ? OF_ALL : purpose === undefined ? {} : OF_PURPOSE;
  return Object.hasOwn(reads, act) ? reads[act] : undefined;
}

/** The fields of a form of wishes; undefined where they make none. The same form with other content counts by itself. */
export function readWish(sent: unknown, now: Date): Wish | Unchosen | undefined {
  const fields = (sent ?? {}) as Fields;
  const key = text(fields, 'key', KEY);
  const act = text(fields, 'act', ID);
  const purpose = text(fields, 'purpose', ID);
  const body = key && act && readerOf(fields.purpose, purpose, act)?.(fields, now);
  if (!body) return undefined;
  if (body === 'unchosen') return { unchosen: purpose ?? '' };
  const whole = { ...(purpose !== undefined && { purpose }), ...body };
  return { key: `${key}:${createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 32)}`, purpose, body: whole };
}
