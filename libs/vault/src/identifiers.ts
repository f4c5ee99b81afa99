import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { parsePhoneNumberFromString, type MetadataJson, type PhoneNumber } from 'libphonenumber-js/core';

export const IDENTIFIER_KINDS = ['email', 'phone', 'customer', 'portal'] as const;
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number];

export interface Identifier {
  kind: IdentifierKind;
  /** Normalised: lower case in NFC; a phone number in E.164. */
  value: string;
}

/** Numbering plans of all countries. */
const metadata = createRequire(import.meta.url)('libphonenumber-js/metadata.min.json') as MetadataJson;

const MAX_LENGTH = 254;
const EMAIL = /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\]+$/u;
const CONTROL = /[\u0000-\u001f\u007f]/u;

/** Composed once more at the end: a capital and its mark may have no composed form where the small letter has one. */
const plain = (value: string): string => value.normalize('NFC').trim().toLowerCase().normalize('NFC');

const phoneIn = (value: string): PhoneNumber | undefined => parsePhoneNumberFromString(value, {}, metadata);

function validPhone(value: string): string | undefined {
  const phone = phoneIn(value);
  return phone?.isPossible() ? phone.number : undefined;
}

/** Whether a phone number names an extension, which its one form leaves out: behind such a number are several people. */
export const isShared = (kind: IdentifierKind, value: string): boolean => kind === 'phone' && phoneIn(value)?.ext !== undefined;

const normalisers: Record<IdentifierKind, (value: string) => string | undefined> = {
  email: (value) => (EMAIL.test(plain(value)) ? plain(value) : undefined),
  phone: (value) => (value.trim().startsWith('+') ? validPhone(value) : undefined),
  customer: plain,
  portal: plain,
};

/**
 * The one form under which an identifier is found (rule 14); undefined when it is none: not an address, a phone number
 * without country code, empty, longer than 254 characters, control characters.
 */
export function normalise(kind: IdentifierKind, value: string): Identifier | undefined {
  if (value.length > MAX_LENGTH || CONTROL.test(value) || !value.isWellFormed()) return undefined;
  const normal = normalisers[kind](value);
  return normal ? { kind, value: normal } : undefined;
}

/** HMAC(k_n, … HMAC(k_1, kind ‖ 0x00 ‖ value)): keyed, so that nobody without the keys can test an address. */
export function lookupOf(keys: readonly Buffer[], identifier: Identifier): Buffer {
  const first = Buffer.from(`${identifier.kind}\0${identifier.value}`, 'utf8');
  return keys.reduce((inner, key) => createHmac('sha256', key).update(inner).digest(), first);
}

/** The same of somebody who is named by his id. */
export const lookupOfPerson = (keys: readonly Buffer[], person: string): Buffer => lookupOf(keys, { kind: 'person', value: person } as unknown as Identifier);
