import { configure } from 'safe-stable-stringify';

/**
 * Sorts members by UTF-16 code units and writes numbers and strings as ECMAScript does, which is what RFC 8785 asks for;
 * `strict` refuses what JSON cannot hold. Held to the standard's vectors and to a reference implementation by the tests.
 */
const stringify = configure({ deterministic: true, strict: true, bigint: false, circularValue: Error });

const encoder = new TextEncoder();

/**
 * The RFC 8785 (JSON Canonicalization Scheme) text of a JSON value. Members that are `undefined` are left out.
 * Throws for what JSON cannot hold (functions, NaN); lone surrogates are the caller's to refuse earlier.
 */
export function canonicalText(value: unknown): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** The RFC 8785 bytes of a JSON value, UTF-8. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalText(value));
}
