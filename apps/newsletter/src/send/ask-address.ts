import type { NewsletterConfig } from '../config/read-config.js';

/** What the api says about where somebody may be reached. */
export type AddressAnswer =
  | { kind: 'address'; email: string; unsubscribe: string; preferences?: string; locale?: string }
  /** It is not allowed now, or nobody is known by that id. */
  | { kind: 'withdrawn' }
  | { kind: 'no-address' }
  /** The api is away, busy, or does not take the key; worth asking again. */
  | { kind: 'later'; why: string };

interface Body {
  identifiers?: { kind?: unknown; value?: unknown }[];
  unsubscribe?: unknown;
  preferences?: unknown;
  locale?: unknown;
}

const TIMEOUT_MS = 10_000;
/** What the api says of somebody who is nobody any more; a bare 404 is of whatever stands before it. */
const NOBODY: ReadonlySet<unknown> = new Set(['person_unknown', 'person_erased']);

/** A link that can stand in a mail header as it is. */
const isLink = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\/[\x21-\x3b\x3d\x3f-\x7e]+$/.test(value);

const isAddress = (value: unknown): value is string => typeof value === 'string' && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(value);

function read({ identifiers = [], unsubscribe, preferences, locale }: Body): AddressAnswer {
  if (identifiers.length === 0) return { kind: 'withdrawn' };
  const email = identifiers.find((one) => one.kind === 'email' && isAddress(one.value))?.value;
  if (!isAddress(email)) return { kind: 'no-address' };
  if (!isLink(unsubscribe)) return { kind: 'later', why: 'the answer holds no unsubscribe link' };
  return { kind: 'address', email, unsubscribe, ...(isLink(preferences) && { preferences }), ...(typeof locale === 'string' && { locale }) };
}

/**
 * Asks the api for the address of one person, which it gives only while the newsletter is allowed. The address is used
 * once and kept nowhere. Never throws.
 */
export async function askAddress({ apiUrl, apiKey }: Pick<NewsletterConfig, 'apiUrl' | 'apiKey'>, person: string): Promise<AddressAnswer> {
  try {
    const response = await fetch(`${apiUrl}/v1/people/${person}/identifiers?purpose=newsletter`, {
      headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
    const body = (await response.json().catch(() => undefined)) as (Body & { code?: unknown }) | undefined;
    if (response.ok && Array.isArray(body?.identifiers)) return read(body);
    return NOBODY.has(body?.code) ? { kind: 'withdrawn' } : { kind: 'later', why: `the api answers ${response.status}` };
  } catch {
    return { kind: 'later', why: 'the api does not answer' };
  }
}
