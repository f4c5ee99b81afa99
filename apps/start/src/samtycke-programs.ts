import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { KAFKA_SECURITY } from '#consumer';
import { BEHIND } from '#servers';
import { type Program } from './program.js';
import { type Outcome } from './set-up.js';
import { isLoopback, type Settings, WEB_PORTS, type WebProgram } from './settings.js';

/** Everything runs on one machine here; measured on two cores, a second process of the api cost a third more CPU for the same changes. */
const HALF_THE_CORES = Math.max(1, Math.floor(availableParallelism() / 2));

/** The way into Kafka, for those who have nothing to do there. */
const NO_KAFKA = Object.fromEntries(KAFKA_SECURITY.map((name) => [name, undefined]));

/** The product's programs, each with an environment that holds its own database, its own key, and nobody else's. */
export function samtyckePrograms(settings: Settings, { databaseUrls, systemKeys, siteKey }: Outcome, kafkaBrokers: string): Program[] {
  const shared = sharedEnvironment(settings, kafkaBrokers);
  const program = (name: string, stage: Program['stage'], own: NodeJS.ProcessEnv): Program => ({
    name,
    stage,
    behind: BEHIND.has(name),
    file: join(settings.root, 'dist/apps', name, 'src/main.js'),
    env: { ...shared, ...own },
  });
  const system = (name: 'newsletter' | 'analytics' | 'portal', own: NodeJS.ProcessEnv = {}) =>
    program(name, 'others', { DATABASE_URL: databaseUrls[name], API_KEY: systemKeys[name], ...own });
  return [
    program('api', 'first', { ...NO_KAFKA, DATABASE_URL: databaseUrls.api, API_PROCESSES: settings.inherited.API_PROCESSES || String(HALF_THE_CORES), ...trustOf(settings) }),
    program('relay', 'senders', { DATABASE_URL: databaseUrls.relay }),
    program('worker', 'senders', { DATABASE_URL: databaseUrls.worker }),
    system('newsletter'),
    system('analytics'),
    system('portal', settings.oidcClientSecret ? { OIDC_CLIENT_SECRET: settings.oidcClientSecret } : {}),
    program('website', 'others', { ...NO_KAFKA, SITE_KEY: siteKey, API_URL: settings.browserUrls.api, API_INNER_URL: settings.innerApiUrl }),
  ];
}

/** Who may tell the api from where a call came: who was named, else this machine, by which the website hands on forms and the portal choices, while nobody else reaches the api. */
function trustOf({ host, inherited }: Settings): NodeJS.ProcessEnv {
  return !inherited.TRUST_PROXY && isLoopback(host) ? { TRUST_PROXY: 'loopback' } : {};
}

/** Whether nobody but this machine reaches the portal. */
function isPortalLocal({ host, browserUrls }: Settings): boolean {
  const { protocol, hostname } = new URL(browserUrls.portal);
  return isLoopback(host) && protocol === 'http:' && isLoopback(hostname);
}

function sharedEnvironment(settings: Settings, kafkaBrokers: string): NodeJS.ProcessEnv {
  const names = Object.keys(WEB_PORTS) as WebProgram[];
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    ...settings.inherited,
    PORTAL_DEV_SIGNIN: settings.inherited.PORTAL_DEV_SIGNIN || (isPortalLocal(settings) ? '1' : '0'),
    ...Object.fromEntries(names.map((name) => [WEB_PORTS[name][0], String(settings.ports[name])])),
    ...Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, settings.browserUrls[name]])),
    API_URL: settings.urls.api,
    PUBLIC_URL: settings.publicUrl,
    HOST: settings.host,
    KAFKA_BROKERS: kafkaBrokers,
    KAFKA_TOPIC_PREFIX: settings.topicPrefix,
    SAMTYCKE_DATA: settings.dataDir,
    SAMTYCKE_ORIGIN: settings.origin,
    MAIL_DIR: settings.mailDir,
    LOG_DIR: settings.logDir,
  };
}
