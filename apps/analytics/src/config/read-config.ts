import { kafkaOf, type KafkaAccess } from '#consumer';
import { baseUrlIn, demandIn, portIn } from '#settings';

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

/** The website's origin; on one's own machine it has two names, and both count. */
function originsOf(websiteUrl: string): string[] {
  const { origin, protocol, hostname, port: at } = new URL(websiteUrl);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') return [origin];
  return ['127.0.0.1', 'localhost'].map((name) => new URL(`${protocol}//${name}${at === '' ? '' : `:${at}`}`).origin);
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): AnalyticsConfig {
  return {
    host: env.HOST || '127.0.0.1',
    port: portIn(env, 'ANALYTICS_PORT', 8084),
    logLevel: env.LOG_LEVEL || 'info',
    databaseUrl: demandIn(env, 'DATABASE_URL', "the analytics' own database"),
    kafka: kafkaOf(env),
    topicPrefix: env.KAFKA_TOPIC_PREFIX ?? '',
    origins: originsOf(baseUrlIn(env, 'WEBSITE_URL', 'http://127.0.0.1:8082')),
    secure: env.ANALYTICS_URL?.startsWith('https:') ?? false,
  };
}
