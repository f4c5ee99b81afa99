/** What a row of an import can say, and how. The names are those of POST /v1/consents. */
export const FIELDS = {
  email: 'e-mail address of the person',
  phone: 'phone number with country code (+46…)',
  customer: 'customer number',
  portal: 'account of the customer portal',
  purpose: 'purpose, as the catalogue names it',
  decision: 'grant, refuse, withdraw or object',
  occurredAt: 'when the person decided: 2024-03-05T10:00:00Z',
  channels: 'channels, separated by space, comma or semicolon; empty: all ([] names none: no grant, a withdrawal of all)',
  partners: 'partners, separated in the same way',
  'notice.id': 'the text that was shown: its id',
  'notice.version': '… its version',
  'notice.locale': '… its language (sv, da, en)',
  'capture.context': 'collection context of the catalogue',
  'capture.method': 'how the decision was taken (form, paper, phone …)',
  'capture.point': 'where it was taken',
  'capture.url': 'page on which it was taken; kept sealed',
  'evidence.text': 'what else proves it (number of a form or case …); kept sealed',
  'evidence.user-agent': 'browser that was used; kept sealed',
} as const;

export type Field = keyof typeof FIELDS;
export type Fields = Partial<Record<Field, string>>;

/** What a list that was given and holds nothing is as a cell; an empty cell says nothing. */
export const EMPTY_LIST = '[]';
export const isList = (field: Field): field is 'channels' | 'partners' => field === 'channels' || field === 'partners';

export const FIELD_NAMES = Object.keys(FIELDS) as readonly Field[];
export const isField = (name: string): name is Field => Object.hasOwn(FIELDS, name);

/** Decisions that an import may carry: a request or a lift needs the person at the other end. */
export const IMPORTED_DECISIONS = ['grant', 'refuse', 'withdraw', 'object'] as const;
export type ImportedDecision = (typeof IMPORTED_DECISIONS)[number];

/** Ids and codes of the format. */
export const ID = /^[a-z][a-z0-9-]{0,62}$/;
export const VERSION = /^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/;
export const LOCALE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/;
