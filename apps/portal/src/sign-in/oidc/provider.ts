import * as oidc from 'openid-client';
import type { OidcConfig } from './oidc-config.js';
import { whoSignedIn, type Claims } from './who.js';
import type { Identity } from '../../store/sessions.js';

/**
 * Why nobody was signed in. `cancelled`: the person said no at the provider; `down`: the provider does not answer; `unnamed`: it
 * vouches for no claim that names the person; `failed`: whatever else is not as it must be, such as a wrong nonce or signature.
 */
export class NotSignedIn extends Error {
  constructor(
    readonly reason: 'cancelled' | 'down' | 'unnamed' | 'failed',
    /** A code for the log; says nothing about a person. */
    readonly code: string,
  ) {
    super(`${reason}: ${code}`);
  }
}

/** What only the portal and this browser know of a sign-in that has begun. */
export interface Secrets {
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  verifier: string;
}

export const newSecrets = (): Secrets => ({ state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() });

export interface Provider {
  /** Where the person signs in, with these secrets. Throws `NotSignedIn`. */
  begin(secrets: Secrets): Promise<URL>;
  /** Exchanges the code that came back; checks state, nonce, issuer, audience, times and signature. Throws `NotSignedIn`. */
  finish(query: string, secrets: Secrets): Promise<{ identity: Identity; idToken: string }>;
  /** Where the person is signed out of the provider too; undefined where it offers that to nobody, or does not answer. */
  signOutUrl(idToken: string): Promise<URL | undefined>;
}

const PATIENCE_S = 5;
/** So long the provider's description is believed before somebody is sent to it. */
const FRESH_MS = 5 * 60 * 1000;

/** The way in which the provider wants to be told the secret; where it does not say, as OpenID Connect Discovery 3 has it: by Basic. */
function authentication(secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const [basic, post] = [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)];
  return (server, ...more) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...more);
  };
}

const UNAVAILABLE = new Set(['server_error', 'temporarily_unavailable']);
const SILENT = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON']);

function byAnswer({ error }: oidc.AuthorizationResponseError): NotSignedIn {
  if (error === 'access_denied') return new NotSignedIn('cancelled', error);
  return new NotSignedIn(UNAVAILABLE.has(error) ? 'down' : 'failed', /^[\w.-]{1,60}$/.test(error) ? error : 'unreadable');
}

/** A call that got no answer is an error of fetch itself, bare or as a cause. */
function gotNoAnswer(error: unknown): boolean {
  const { message, cause } = (error ?? {}) as { message?: unknown; cause?: unknown };
  return message === 'fetch failed' || (cause !== undefined && gotNoAnswer(cause));
}

function why(error: unknown): NotSignedIn {
  if (error instanceof NotSignedIn) return error;
  if (error instanceof oidc.AuthorizationResponseError) return byAnswer(error);
  const code = String((error as { code?: unknown }).code ?? (error as Error).name);
  return new NotSignedIn(SILENT.has(code) || gotNoAnswer(error) ? 'down' : 'failed', code);
}

const connect = ({ issuer, clientId, clientSecret }: OidcConfig): Promise<oidc.Configuration> =>
  oidc.discovery(issuer, clientId, undefined, authentication(clientSecret), {
    timeout: PATIENCE_S,
    execute: [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
  });

/** The provider's description, as it was read. */
interface Known {
  /** Read where it is not known yet. */
  ever(): Promise<oidc.Configuration>;
  /** Read anew where that is long ago, or the provider was silent since. */
  lately(): Promise<oidc.Configuration>;
  /** The provider is silent. */
  doubt(): void;
}

/** Reads the description once for all who ask at the same time; a reading that fails is not kept. */
function knowing(config: OidcConfig): Known {
  let known: oidc.Configuration | undefined;
  let freshUntil = 0;
  let reading: Promise<oidc.Configuration> | undefined;

  async function read(): Promise<oidc.Configuration> {
    known = await connect(config);
    freshUntil = Date.now() + FRESH_MS;
    return known;
  }

  const readOnce = (): Promise<oidc.Configuration> => (reading ??= read().finally(() => (reading = undefined)));
  return {
    ever: async () => known ?? readOnce(),
    lately: async () => (known && freshUntil > Date.now() ? known : readOnce()),
    doubt: () => void (freshUntil = 0),
  };
}

/** What the provider says of the person: in the ID token and, as most of it is with a code (Core 5.4), in its answer to UserInfo. */
async function claimsOf(configuration: oidc.Configuration, tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers): Promise<Claims[]> {
  const claims = tokens.claims() as oidc.IDToken;
  if (!configuration.serverMetadata().userinfo_endpoint) return [claims];
  return [claims, { ...(await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)), iss: claims.iss }];
}

/** One provider, found by its issuer (OpenID Connect Discovery), by authorization code with PKCE. */
export function providerOf(config: OidcConfig): Provider {
  const known = knowing(config);

  /** Nobody is sent to a provider that has not answered for a while. */
  async function begin({ state, nonce, verifier }: Secrets): Promise<URL> {
    const configuration = await known.lately();
    const challenge = { code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' };
    return oidc.buildAuthorizationUrl(configuration, { redirect_uri: config.callbackUrl, scope: config.scope, state, nonce, ...challenge });
  }

  async function finish(query: string, { state, nonce, verifier }: Secrets): ReturnType<Provider['finish']> {
    const configuration = await known.ever();
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(`${config.callbackUrl}?${query}`), checks);
    const identity = whoSignedIn(await claimsOf(configuration, tokens), config);
    if (!identity) throw new NotSignedIn('unnamed', 'no_claim');
    return { identity, idToken: tokens.id_token ?? '' };
  }

  function fail(error: unknown): never {
    const reason = why(error);
    if (reason.reason === 'down') known.doubt();
    throw reason;
  }

  return {
    begin: (secrets) => begin(secrets).catch(fail),
    finish: (query, secrets) => finish(query, secrets).catch(fail),
    async signOutUrl(idToken) {
      const configuration = await known.ever().catch(() => undefined);
      if (!configuration?.serverMetadata().end_session_endpoint) return undefined;
      return oidc.buildEndSessionUrl(configuration, { id_token_hint: idToken, post_logout_redirect_uri: config.afterSignOutUrl });
    },
  };
}
