import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';
import { freePort } from '#servers';
import { Visitor, type Shown } from './visitor.js';

export const SECRET = 'a-secret-of-the-client-that-is-long-enough';
export type Account = Record<string, unknown>;

/** A real OpenID Connect provider over HTTP, with these accounts by name. */
export interface TestProvider {
  issuer: string;
  accounts: Map<string, Account>;
  /** The paths that it was asked for. */
  asked: string[];
  stop(): Promise<void>;
  /** Listens again where it did. */
  resume(): Promise<void>;
  /** Signs in as an account, and agrees, on the pages to which the portal has sent the visitor. */
  pass(visitor: Visitor, page: Shown, login: string, until?: string): Promise<Shown>;
}

export interface ProviderOptions {
  portalUrl: string;
  /** Whether it offers to sign people out. */
  signsOut?: boolean;
  /** Puts claims into the ID token itself, as some providers do. */
  inIdToken?: boolean;
}

export async function testProvider({ portalUrl, signsOut = true, inIdToken = false }: ProviderOptions, port?: number): Promise<TestProvider> {
  const at = port ?? (await freePort());
  const issuer = `http://127.0.0.1:${at}`;
  const accounts = new Map<string, Account>();
  const asked: string[] = [];
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'portal', client_secret: SECRET, redirect_uris: [`${portalUrl}/sign-in/oidc/callback`], post_logout_redirect_uris: [`${portalUrl}/sign-in`] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'one' }] },
    cookies: { keys: ['a key of the provider'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'customer_number'] },
    conformIdTokenClaims: !inIdToken,
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: signsOut } },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    findAccount: (_context, id) => {
      const account = accounts.get(id);
      return account && { accountId: id, claims: () => ({ sub: id, ...account }) };
    },
  });
  let server: Server | undefined;
  const resume = async (): Promise<void> => {
    server = provider.listen(at, '127.0.0.1');
    server.on('request', ({ url = '' }: IncomingMessage) => asked.push(url));
    await once(server, 'listening');
  };
  await resume();
  return {
    issuer, accounts, asked, resume,
    async stop() {
      const ending = server;
      server = undefined;
      if (!ending) return;
      ending.closeAllConnections();
      await new Promise((resolve) => ending.close(resolve));
    },
    async pass(visitor, page, login, until) {
      const agree = await visitor.press(page, { login, password: 'any' }, until);
      return agree.body.includes('<form') && agree.url.startsWith(issuer) ? visitor.press(agree, {}, until) : agree;
    },
  };
}
