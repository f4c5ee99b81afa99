import { readFileSync } from 'node:fs';
import type { KafkaConfig } from 'kafkajs';
import { findBroker } from './find-broker.js';
import { letConnectionsSleep } from './idle-connections.js';

/** Where Kafka is, and how one is let in. */
export interface KafkaAccess {
  /** Each `host:port`. */
  brokers: readonly string[];
  /** TLS: `true` where Node knows who signed the brokers' certificates, else options of `tls.connect` (`ca`, `cert`, `key`). Absent: none. */
  ssl?: KafkaConfig['ssl'];
  /** As kafkajs takes it: `plain`, `scram-sha-256`, `scram-sha-512`, `oauthbearer`, or a mechanism of your own. */
  sasl?: KafkaConfig['sasl'];
}

/** What of some options says where Kafka is and how one is let in. */
export const accessOf = ({ brokers, ssl, sasl }: KafkaAccess): { brokers: string[] } & Omit<KafkaAccess, 'brokers'> => ({ brokers: [...brokers], ssl, sasl });

/** The same as kafkajs takes it. Its connections cost nothing while they are idle (`letConnectionsSleep`). */
export function wayInto({ brokers, ssl, sasl }: KafkaAccess): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  letConnectionsSleep();
  return { brokers: () => findBroker(brokers), ssl, sasl };
}

const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type Mechanism = (typeof MECHANISMS)[number];

/** The variables that say how a Kafka lets one in. */
export const KAFKA_SECURITY = ['KAFKA_TLS', 'KAFKA_CA_FILE', 'KAFKA_CERT_FILE', 'KAFKA_KEY_FILE', 'KAFKA_SASL', 'KAFKA_USERNAME', 'KAFKA_PASSWORD', 'KAFKA_PASSWORD_FILE'] as const;

type Env = Readonly<Record<string, string | undefined>>;

/** Those of them that are set. */
export const kafkaSecurityIn = (env: Env): string[] => KAFKA_SECURITY.filter((name) => env[name] && env[name] !== 'false');

function demand(env: Env, name: string, why: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is missing: ${why}`);
  return value;
}

function fileOf(env: Env, name: string): string | undefined {
  const path = env[name];
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${name} names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`, { cause: error });
  }
}

/** A file of its own, certificates included, says that TLS is meant. */
function sslOf(env: Env): KafkaConfig['ssl'] {
  const wanted = env.KAFKA_TLS ?? '';
  if (!['', 'true', 'false'].includes(wanted)) throw new Error(`KAFKA_TLS is "${wanted}": it is true or false`);
  const [ca, cert, key] = [fileOf(env, 'KAFKA_CA_FILE'), fileOf(env, 'KAFKA_CERT_FILE'), fileOf(env, 'KAFKA_KEY_FILE')];
  if (!cert !== !key) throw new Error('KAFKA_CERT_FILE and KAFKA_KEY_FILE belong together: a client certificate and its key');
  if (!ca && !cert) return wanted === 'true' || undefined;
  if (wanted === 'false') throw new Error('KAFKA_TLS is false, and a file for TLS is named: which of them is meant?');
  return { ...(ca && { ca: [ca] }), ...(cert && { cert, key }) };
}

function mechanismOf(name: string): Mechanism {
  const known = MECHANISMS.find((one) => one === name.toLowerCase());
  if (!known) throw new Error(`KAFKA_SASL is "${name}": it is one of ${MECHANISMS.join(', ')}`);
  return known;
}

function saslOf(env: Env, isSecret: boolean): KafkaConfig['sasl'] {
  if (!env.KAFKA_SASL) {
    const [named] = kafkaSecurityIn(env).filter((name) => /USERNAME|PASSWORD/.test(name));
    if (named) throw new Error(`${named} is set, and KAFKA_SASL does not say how it is told: one of ${MECHANISMS.join(', ')}`);
    return undefined;
  }
  const mechanism = mechanismOf(env.KAFKA_SASL);
  if (mechanism === 'plain' && !isSecret) throw new Error('KAFKA_SASL=plain tells the password as it is: it needs TLS (KAFKA_TLS=true, or KAFKA_CA_FILE)');
  const username = demand(env, 'KAFKA_USERNAME', 'KAFKA_SASL needs a name');
  if (env.KAFKA_PASSWORD && env.KAFKA_PASSWORD_FILE) throw new Error('KAFKA_PASSWORD and KAFKA_PASSWORD_FILE are both set: which of them is meant?');
  const password = fileOf(env, 'KAFKA_PASSWORD_FILE')?.trim() || demand(env, 'KAFKA_PASSWORD', 'KAFKA_SASL needs a password, here or in the file that KAFKA_PASSWORD_FILE names');
  return { mechanism, username, password } as KafkaConfig['sasl'];
}

/**
 * Where Kafka is and how one is let in, by the environment: `KAFKA_BROKERS` (comma separated); `KAFKA_TLS`, `KAFKA_CA_FILE`, `KAFKA_CERT_FILE` and
 * `KAFKA_KEY_FILE` (PEM); `KAFKA_SASL` with `KAFKA_USERNAME`, and `KAFKA_PASSWORD` or `KAFKA_PASSWORD_FILE`. Throws, naming the variable, where one is
 * missing, cannot be read or contradicts another. What they do not say (`oauthbearer`, a cloud's own) is given by `ssl` and `sasl`.
 */
export function kafkaOf(env: Env = process.env): KafkaAccess {
  const brokers = demand(env, 'KAFKA_BROKERS', 'the brokers, comma separated').split(',').map((broker) => broker.trim()).filter(Boolean);
  const ssl = sslOf(env);
  const sasl = saslOf(env, ssl !== undefined);
  return { brokers, ...(ssl && { ssl }), ...(sasl && { sasl }) };
}
