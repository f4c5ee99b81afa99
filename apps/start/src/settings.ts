import { isAbsolute, join, resolve } from 'node:path';
import { refuse } from './refuse.js';

/** The programs that listen on a port, each with the variable that moves it and its port by default. */
export const WEB_PORTS = {
  api: ['API_PORT', 8080],
  portal: ['PORTAL_PORT', 8081],
  website: ['WEBSITE_PORT', 8082],
  newsletter: ['NEWSLETTER_PORT', 8083],
  analytics: ['ANALYTICS_PORT', 8084],
} as const satisfies Record<string, readonly [string, number]>;

export type WebProgram = keyof typeof WEB_PORTS;

/** Whether a host, as written in an address or to listen on, is this machine and reached by nobody else. */
export const isLoopback = (host: string): boolean => /^(127(\.\d+){3}|localhost|::1|\[::1\])$/.test(host);

/** All that the environment decides about one start. */
export interface Settings {
  /** The repository. */
  root: string;
  /** `SAMTYCKE_DATA`, by default `.data` in the repository; absolute. */
  dataDir: string;
  host: string;
  ports: Record<WebProgram, number>;
  /** Where each is reached on this machine: by the other programs, and by whoever reads `run.json`. */
  urls: Record<WebProgram, string>;
  /** Where browsers reach each: `API_URL` … `ANALYTICS_URL` where given, else the same. */
  browserUrls: Record<WebProgram, string>;
  /** `PUBLIC_URL`: where links in mails lead, by default to the api as browsers reach it. */
  publicUrl: string;
  /** `API_INNER_URL`: where the website's own server reaches the api. */
  innerApiUrl: string;
  /** A PostgreSQL that runs elsewhere (a superuser's URL), and Kafka brokers that do. */
  databaseUrl: string | undefined;
  kafkaBrokers: string | undefined;
  topicPrefix: string;
  /** The ledger's origin, without a scheme; kept for good by the first start on a database. */
  origin: string;
  mailDir: string;
  /** `LOG_DIR`: the transparency log's folder, by default `transparency-log` in the data folder; absolute. */
  logDir: string;
  /** `SAMTYCKE_KEYRING`: the keyring's file, by default in the data folder; absolute. */
  keyring: string;
  /** `OIDC_CLIENT_SECRET`: the portal's word at its provider, told to nobody else. */
  oidcClientSecret: string | undefined;
  /** What is handed on to every program: the environment without other people's secrets. */
  inherited: NodeJS.ProcessEnv;
}

const DEFAULT_ORIGIN = 'samtycke.localhost/ledger';
/** Belongs to one program each, or (BIND) to Compose, so none inherits it. */
const NOT_INHERITED = ['DATABASE_URL', 'API_KEY', 'SITE_KEY', 'OIDC_CLIENT_SECRET', 'BIND', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];

/** Reads the environment; refuses, in one sentence, a port that is none or that two programs share, and an address that is none. */
export function readSettings(env: NodeJS.ProcessEnv, root: string): Settings {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const folder = (name: string, otherwise: string): string => {
    const path = given(name) ?? otherwise;
    return isAbsolute(path) ? path : resolve(root, path);
  };
  const dataDir = folder('SAMTYCKE_DATA', '.data');
  const host = given('HOST') ?? '127.0.0.1';
  const ports = readPorts(given);
  const urls = mapPrograms((name) => `http://${reachable(host)}:${ports[name]}`);
  const browserUrls = mapPrograms((name) => readUrl(given, `${name.toUpperCase()}_URL`) ?? urls[name]);
  return {
    root,
    dataDir,
    host,
    ports,
    urls,
    browserUrls,
    publicUrl: readUrl(given, 'PUBLIC_URL') ?? browserUrls.api,
    innerApiUrl: readUrl(given, 'API_INNER_URL') ?? urls.api,
    databaseUrl: given('DATABASE_URL'),
    kafkaBrokers: given('KAFKA_BROKERS'),
    topicPrefix: given('KAFKA_TOPIC_PREFIX') ?? '',
    origin: given('SAMTYCKE_ORIGIN') ?? DEFAULT_ORIGIN,
    mailDir: folder('MAIL_DIR', join(dataDir, 'mail')),
    logDir: folder('LOG_DIR', join(dataDir, 'transparency-log')),
    keyring: folder('SAMTYCKE_KEYRING', join(dataDir, 'keyring.json')),
    oidcClientSecret: given('OIDC_CLIENT_SECRET'),
    inherited: Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_INHERITED.includes(name))),
  };
}

function mapPrograms<T>(valueOf: (name: WebProgram) => T): Record<WebProgram, T> {
  const names = Object.keys(WEB_PORTS) as WebProgram[];
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<WebProgram, T>;
}

function readPorts(given: (name: string) => string | undefined): Record<WebProgram, number> {
  const takers = new Map<number, string>();
  return mapPrograms((name) => {
    const [variable, standard] = WEB_PORTS[name];
    const text = given(variable) ?? String(standard);
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw refuse(`${variable} is "${text}", which is no port: give a number from 1 to 65535.`);
    const other = takers.get(port);
    if (other) throw refuse(`${other} and ${variable} are both ${port}: give each program a port of its own.`);
    takers.set(port, variable);
    return port;
  });
}

function readUrl(given: (name: string) => string | undefined, variable: string): string | undefined {
  const text = given(variable);
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw refuse(`${variable} is "${text}", which is no address: give one such as https://www.example.se.`);
  return text.replace(/\/+$/, '');
}

/** An address that a browser on this machine can open, where the programs listen on all. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
