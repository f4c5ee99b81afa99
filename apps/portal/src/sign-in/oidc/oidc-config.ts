import { readFileSync } from 'node:fs';

/** Which claim names the person: a verified e-mail address, the account at the provider, or a customer number. */
export type PersonClaim = 'email' | 'sub' | 'customer';

/** An OpenID Connect provider, and what the portal takes from it. */
export interface OidcConfig {
  issuer: URL;
  clientId: string;
  /** Absent for a public client, which PKCE alone protects. */
  clientSecret?: string;
  /** How the button calls the provider. */
  name: string;
  scope: string;
  /** In the order in which they are tried. */
  person: PersonClaim[];
  /** The claim that holds the customer number. */
  customerClaim?: string;
  /** Where the provider sends people back to: `<portal>/sign-in/oidc/callback`, to be registered there. */
  callbackUrl: string;
  /** Where it sends them after signing out; to be registered there too. */
  afterSignOutUrl: string;
}

const CLAIMS: readonly string[] = ['email', 'sub', 'customer'];
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

function issuerOf(text: string): URL {
  const issuer = URL.canParse(text) ? new URL(text) : undefined;
  const safe = issuer?.protocol === 'https:' || (issuer?.protocol === 'http:' && LOOPBACK.has(issuer.hostname));
  if (!issuer || !safe) throw new Error(`OIDC_ISSUER must be an https URL: ${text}`);
  return issuer;
}

function personOf({ OIDC_PERSON, OIDC_CUSTOMER_CLAIM }: NodeJS.ProcessEnv): PersonClaim[] {
  const claims = (OIDC_PERSON || 'email').split(',').map((one) => one.trim());
  const strange = claims.find((one) => !CLAIMS.includes(one));
  if (strange !== undefined) throw new Error(`OIDC_PERSON takes email, sub and customer, not: ${strange}`);
  if (claims.includes('customer') && !OIDC_CUSTOMER_CLAIM) throw new Error('OIDC_CUSTOMER_CLAIM is missing: the claim that holds the customer number');
  return claims as PersonClaim[];
}

const secretOf = ({ OIDC_CLIENT_SECRET: secret, OIDC_CLIENT_SECRET_FILE: file }: NodeJS.ProcessEnv): string | undefined => secret || (file ? readFileSync(file, 'utf8').trim() : undefined);

/** Undefined where no issuer is named; throws an Error that names the variable which is missing or wrong. */
export function readOidcConfig(env: NodeJS.ProcessEnv, portalUrl: string | undefined): OidcConfig | undefined {
  if (!env.OIDC_ISSUER) return undefined;
  if (!env.OIDC_CLIENT_ID) throw new Error('OIDC_CLIENT_ID is missing: what the provider calls this portal');
  if (!portalUrl) throw new Error('PORTAL_URL is missing: the provider sends people back to it');
  const issuer = issuerOf(env.OIDC_ISSUER);
  return {
    issuer,
    clientId: env.OIDC_CLIENT_ID,
    clientSecret: secretOf(env),
    name: env.OIDC_NAME || issuer.host,
    scope: env.OIDC_SCOPE || 'openid email',
    person: personOf(env),
    customerClaim: env.OIDC_CUSTOMER_CLAIM || undefined,
    callbackUrl: `${portalUrl}/sign-in/oidc/callback`,
    afterSignOutUrl: `${portalUrl}/sign-in`,
  };
}
