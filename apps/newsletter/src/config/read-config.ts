import { join } from 'node:path';
import { kafkaOf, type KafkaAccess } from '#consumer';
import { readDkim, type DkimSigning } from '#mails';
import { baseUrlIn, demandIn, portIn } from '#settings';

export interface NewsletterConfig {
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  logLevel: string;
  /** The newsletter's own database, with its own role; it holds nothing of the ledger but what came over Kafka. */
  databaseUrl: string;
  kafka: KafkaAccess;
  topicPrefix: string;
  /** Base URL of the api, without a trailing slash. */
  apiUrl: string;
  apiKey: string;
  /** Where staff reach this program, if by another name than that of the machine itself. */
  ownUrl?: string;
  mailFrom: string;
  smtpUrl?: string;
  /** Where mails are put as files when there is no mail server. */
  mailDir: string;
  /** How mails are signed; without it they leave unsigned. */
  dkim?: DkimSigning;
}

function mailOf(env: NodeJS.ProcessEnv): Pick<NewsletterConfig, 'mailFrom' | 'smtpUrl' | 'mailDir' | 'dkim'> {
  return {
    mailFrom: env.MAIL_FROM || 'Advansor <marketing@advansor.dk>',
    smtpUrl: env.SMTP_URL || undefined,
    mailDir: env.MAIL_DIR || join(env.SAMTYCKE_DATA || join(process.cwd(), '.data'), 'mail'),
    dkim: readDkim(env),
  };
}

/** Reads the environment; throws an Error that names the variable which is missing or wrong, a DKIM key that cannot sign included. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): NewsletterConfig {
  return {
    host: env.HOST || '127.0.0.1',
    port: portIn(env, 'NEWSLETTER_PORT', 8083),
    logLevel: env.LOG_LEVEL || 'info',
    databaseUrl: demandIn(env, 'DATABASE_URL', "the newsletter's own database"),
    kafka: kafkaOf(env),
    topicPrefix: env.KAFKA_TOPIC_PREFIX ?? '',
    apiUrl: baseUrlIn(env, 'API_URL', 'http://127.0.0.1:8080'),
    apiKey: demandIn(env, 'API_KEY', "the newsletter's key for the api, with identifiers:read"),
    ownUrl: env.NEWSLETTER_URL ? baseUrlIn(env, 'NEWSLETTER_URL', env.NEWSLETTER_URL) : undefined,
    ...mailOf(env),
  };
}
