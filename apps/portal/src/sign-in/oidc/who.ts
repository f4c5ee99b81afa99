import { createHash } from 'node:crypto';
import type { Identity } from '../../store/sessions.js';
import { readIdentity } from '../read-identity.js';
import type { OidcConfig, PersonClaim } from './oidc-config.js';

export type Claims = Record<string, unknown>;

/** Longer ones the ledger does not take. */
const MAX_PORTAL = 128;

/**
 * The account at a provider as the ledger's identifier `portal`: `<issuer>#<sub>`. The ledger reads identifiers in lower case, but a
 * `sub` is what it is, letter for letter (OpenID Connect Core 2): a capital is written `^` and its small letter, what is not plain
 * ASCII as in a URL. Never the same for two accounts; where it grows too long its SHA-256 stands for it. Undefined for a `sub` that is no text.
 */
export function portalAccount(issuer: string, sub: string): string | undefined {
  if (sub === '' || !sub.isWellFormed()) return undefined;
  const plain = encodeURIComponent(sub).replace(/%[\dA-F]{2}|[A-Z]/g, (found) => (found.length > 1 ? found : `^${found}`).toLowerCase());
  const account = `${issuer}#${plain}`;
  return account.length <= MAX_PORTAL ? account : `sha256:${createHash('sha256').update(account).digest('hex')}`;
}

const textOf = (claim: unknown): string | undefined => (typeof claim === 'string' && claim !== '' ? claim : undefined);

/** An address counts only if the provider says that it is this person's: `email_verified` is the value true, nothing like it. */
function byEmail({ email, email_verified: verified }: Claims): Identity | undefined {
  const identity = verified === true ? readIdentity(email) : undefined;
  return identity?.kind === 'email' ? identity : undefined;
}

function bySub(claims: Claims, { issuer }: OidcConfig): Identity | undefined {
  const value = portalAccount(textOf(claims.iss) ?? issuer.href, textOf(claims.sub) ?? '');
  return value === undefined ? undefined : { kind: 'portal', value };
}

function byCustomer(claims: Claims, { customerClaim = '' }: OidcConfig): Identity | undefined {
  const claim = claims[customerClaim];
  const identity = readIdentity(typeof claim === 'number' ? String(claim) : claim);
  return identity?.kind === 'customer' ? identity : undefined;
}

const READERS: Record<PersonClaim, (claims: Claims, config: OidcConfig) => Identity | undefined> = { email: byEmail, sub: bySub, customer: byCustomer };

/** What people call an account by; where nothing says it, what the provider does. */
function nameOf(sources: readonly Claims[]): string | undefined {
  const names = ['name', 'preferred_username', 'email', 'sub'].flatMap((claim) => sources.map((claims) => textOf(claims[claim])));
  return names.find(Boolean)?.slice(0, 120);
}

/**
 * Who signed in, by the first claim of the configuration that says it; undefined where none does. Each source speaks for itself: an
 * address from one is never verified by the word of another.
 */
export function whoSignedIn(sources: readonly Claims[], config: OidcConfig): Identity | undefined {
  const found = config.person.flatMap((claim) => sources.map((claims) => READERS[claim](claims, config))).find((identity) => identity !== undefined);
  return found?.kind === 'portal' ? { ...found, shown: nameOf(sources) } : found;
}
