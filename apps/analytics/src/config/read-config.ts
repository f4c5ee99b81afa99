import { kafkaOf, type KafkaAccess } from '#consumer';

export interface AnalyticsConfig {
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  logLevel: string;
  /** The system's own database, with its own role; the ledger's is out of its reach. */
  databaseUrl: string;
  kafka: KafkaAccess;
  topicPrefix: string;
  /** The origins whose pages may send page views. */
  origins: string[];
  /** Whether people reach it over HTTPS. */
  secure: boolean;
}

function port(text: string | undefined, otherwise: number): number {
  const value = Number(text || otherwise);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`ANALYTICS_PORT is no port: ${text}`);
  return value;
}

function demand(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing: ${what}`);
  return value;
}

/** The website's origin; on one's own machine it has two names, and both count. */
function originsOf(websiteUrl: string): string[] {
  if (!URL.canParse(websiteUrl)) throw new Error(`WEBSITE_URL is no URL: ${websiteUrl}`);
  const { origin, protocol, hostname, port: at } = new URL(websiteUrl);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') return [origin];
  return ['127.0.0.1', 'localhost'].map((name) => new URL(`${protocol}//${name}${at === '' ? '' : `:${at}`}`).origin);
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): AnalyticsConfig {
  return {
    host: env.HOST || '127.0.0.1',
    port: port(env.ANALYTICS_PORT, 8084),
    logLevel: env.LOG_LEVEL || 'info',
    databaseUrl: demand(env, 'DATABASE_URL', "the analytics' own database"),
    kafka: kafkaOf(env),
    topicPrefix: env.KAFKA_TOPIC_PREFIX ?? '',
    origins: originsOf(env.WEBSITE_URL || 'http://127.0.0.1:8082'),
    secure: env.ANALYTICS_URL?.startsWith('https:') ?? false,
  };
}
