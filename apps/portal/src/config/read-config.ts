import { kafkaOf, type KafkaAccess } from '#consumer';
import { baseUrlIn, demandIn, portIn } from '#settings';
import { readMailConfig, type MailConfig } from '../sign-in/mail/mail-config.js';
import { readOidcConfig, type OidcConfig } from '../sign-in/oidc/oidc-config.js';

export interface PortalConfig {
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  logLevel: string;
  /** The portal's own database, with its own role; it holds nothing of the ledger but what came over Kafka. */
  databaseUrl: string;
  kafka: KafkaAccess;
  topicPrefix: string;
  /** Base URLs without a trailing slash. */
  apiUrl: string;
  websiteUrl: string;
  /** From where a visitor may always be sent here with his device; the origins of the ledger's site keys come to it. */
  websiteOrigins: string[];
  apiKey: string;
  /** Where people reach the portal, as far as it is known. */
  portalUrl?: string;
  /** Whether one may sign in by typing an address, without proof. */
  developmentSignIn: boolean;
  /** The OpenID Connect provider by which people sign in, if any. */
  oidc?: OidcConfig;
  /** How mails with sign-in links leave; absent where none can. */
  mail?: MailConfig;
  /** Addresses of the proxies that may say from where a visit came. */
  trustProxy: string[];
}

/** A website on this machine is reached by either of its names. */
function originsOf(url: string): string[] {
  const { origin } = new URL(url);
  return [...new Set([origin, origin.replace('//127.0.0.1', '//localhost')])];
}

const LOOPBACK = /^(127(\.\d+){3}|localhost|::1|\[::1\])$/;

const isOwn = (host: string | undefined): boolean => LOOPBACK.test(host || '127.0.0.1');

/** Whether people reach a portal, as far as is known, at an address of this machine. */
function isLocal(portalUrl: string | undefined): boolean {
  if (portalUrl === undefined) return true;
  const { protocol, hostname } = new URL(portalUrl);
  return protocol === 'http:' && LOOPBACK.test(hostname);
}

/**
 * By default only where nobody but this machine reaches it. Throws where it is switched on by name for an address that others
 * reach: that of PORTAL_URL, or the one by which a container's port is published (BIND).
 */
function readDevelopmentSignIn({ PORTAL_DEV_SIGNIN: wanted, NODE_ENV, HOST, BIND }: NodeJS.ProcessEnv, portalUrl: string | undefined): boolean {
  const published = !isOwn(BIND);
  if (wanted === '1' && published) throw new Error(`PORTAL_DEV_SIGNIN lets anybody sign in as anybody, and BIND is an address that others reach: ${BIND}`);
  const local = isLocal(portalUrl) && !published;
  if (!wanted) return local && isOwn(HOST) && NODE_ENV !== 'production';
  if (wanted === '1' && !local) throw new Error(`PORTAL_DEV_SIGNIN lets anybody sign in as anybody, and PORTAL_URL is an address that others reach: ${portalUrl}`);
  return wanted === '1';
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): PortalConfig {
  const portalUrl = env.PORTAL_URL ? baseUrlIn(env, 'PORTAL_URL', env.PORTAL_URL) : undefined;
  const websiteUrl = baseUrlIn(env, 'WEBSITE_URL', 'http://127.0.0.1:8082');
  return {
    host: env.HOST || '127.0.0.1',
    port: portIn(env, 'PORTAL_PORT', 8081),
    logLevel: env.LOG_LEVEL || 'info',
    databaseUrl: demandIn(env, 'DATABASE_URL', "the portal's own database"),
    kafka: kafkaOf(env),
    topicPrefix: env.KAFKA_TOPIC_PREFIX ?? '',
    apiUrl: baseUrlIn(env, 'API_URL', 'http://127.0.0.1:8080'),
    websiteUrl,
    websiteOrigins: originsOf(websiteUrl),
    apiKey: demandIn(env, 'API_KEY', "the portal's key for the api, with consents:read, consents:write, people:read and people:write"),
    portalUrl,
    developmentSignIn: readDevelopmentSignIn(env, portalUrl),
    oidc: readOidcConfig(env, portalUrl),
    mail: readMailConfig(env, portalUrl),
    trustProxy: (env.TRUST_PROXY ?? '').split(',').filter(Boolean),
  };
}
