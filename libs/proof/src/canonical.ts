import canonicalize from 'canonicalize';

const encoder = new TextEncoder();

/**
 * The RFC 8785 (JSON Canonicalization Scheme) text of a JSON value. Members that are `undefined` are left out.
 * Throws a TypeError for what JSON cannot hold (functions, NaN, lone surrogates are the caller's to refuse earlier).
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** The RFC 8785 bytes of a JSON value, UTF-8. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalText(value));
}
