import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerUrlOf } from '#database';
import { keyringPath } from '#vault';

/** A mistake of the caller: shown as one sentence, without a stack. */
export class CliError extends Error {}

export const dataDir = (): string => process.env.SAMTYCKE_DATA || join(process.cwd(), '.data');

/** What a started installation says of itself. */
interface RunFile {
  databaseUrl?: string;
  kafkaBrokers?: string;
  topicPrefix?: string;
  logDir?: string;
  keyring?: string;
}

/** `run.json` in the data folder; empty where no installation runs here. */
function runFile(): RunFile {
  try {
    return JSON.parse(readFileSync(join(dataDir(), 'run.json'), 'utf8')) as RunFile;
  } catch {
    return {};
  }
}

/** A connection URL with the password of DATABASE_PASSWORD_FILE, where that names a file. */
function withPassword(text: string): string {
  const file = process.env.DATABASE_PASSWORD_FILE;
  if (!file) return text;
  const url = new URL(text);
  url.password = encodeURIComponent(readFileSync(file, 'utf8').trim());
  return url.href;
}

/** The ledger's database: on the server that `DATABASE_URL` names as for `npm start`, else that of the installation that runs here. */
export function databaseUrl(): string {
  const { DATABASE_URL: given } = process.env;
  if (given && !URL.canParse(given)) throw new CliError('DATABASE_URL is no PostgreSQL connection URL: it must look like postgres://user:password@host:5432/database');
  const found = given ? withPassword(given) : runFile().databaseUrl;
  if (found === undefined) throw new CliError('set DATABASE_URL, or run this beside a started installation (`npm start`)');
  return ledgerUrlOf(found);
}

/** What goes with the database of the installation that runs here: nothing where DATABASE_URL names one. */
const besideDatabase = (): RunFile => (process.env.DATABASE_URL ? {} : runFile());

/** The folder of the transparency log: `named`, else LOG_DIR, else that of the installation whose database it is. */
export const logDir = (named?: string): string => named ?? (process.env.LOG_DIR || besideDatabase().logDir || join(dataDir(), 'transparency-log'));

/** The keyring: SAMTYCKE_KEYRING, else that of the installation whose database it is. */
export const keyringFile = (): string => process.env.SAMTYCKE_KEYRING || besideDatabase().keyring || keyringPath(dataDir());

/** The brokers: `KAFKA_BROKERS`, else those of the installation that runs here; undefined where neither is. */
export const brokersHere = (): string | undefined => process.env.KAFKA_BROKERS || runFile().kafkaBrokers;

/** What the topics' names begin with: `KAFKA_TOPIC_PREFIX`, else as the installation here has it on its own brokers. */
export const topicPrefix = (): string => process.env.KAFKA_TOPIC_PREFIX || (process.env.KAFKA_BROKERS ? '' : runFile().topicPrefix || '');
