import type { Change } from './change-choice.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const KEY = /^[\w-]{8,64}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/;
const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;

type Fields = Record<string, unknown>;

const text = (fields: Fields, name: string, form: RegExp): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' && form.test(value) ? value : undefined;
};

/** The fields of a switch's form; undefined where they make no press. The notice is the one that stood on the page. */
export function readPress(body: unknown, noticeId: string): Change | undefined {
  const fields = (body ?? {}) as Fields;
  const key = text(fields, 'key', KEY);
  const purpose = text(fields, 'purpose', ID);
  const turn = fields.turn;
  if (!key || !purpose || (turn !== 'on' && turn !== 'off')) return undefined;
  const version = text(fields, 'noticeVersion', VERSION);
  const locale = text(fields, 'noticeLocale', LOCALE);
  const notice = version && locale ? { id: noticeId, version, locale } : undefined;
  return { key, purpose, turn, channel: text(fields, 'channel', ID), partner: text(fields, 'partner', ID), notice };
}
