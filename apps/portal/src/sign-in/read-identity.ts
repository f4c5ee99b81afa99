import type { Identity } from '../store/sessions.js';

/** As the ledger has it in `libs/vault`: a character that mail programs read as more than an address belongs to none. */
const EMAIL = /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\]+$/u;
const CONTROL = /[\u0000-\u001f\u007f]/u;
const CUSTOMER = /^[\p{L}\d][\p{L}\d ._/-]{0,126}$/u;

/** What somebody typed, as an e-mail address or a customer number; undefined where it is neither. */
export function readIdentity(typed: unknown): Identity | undefined {
  if (typeof typed !== 'string') return undefined;
  const value = typed.normalize('NFC').trim().toLowerCase().normalize('NFC');
  if (value.length > 254 || CONTROL.test(value) || !value.isWellFormed()) return undefined;
  if (EMAIL.test(value)) return { kind: 'email', value };
  return !value.includes('@') && CUSTOMER.test(value) ? { kind: 'customer', value } : undefined;
}
