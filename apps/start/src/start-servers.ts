import { join } from 'node:path';
import { askPostgres, isServerProblem, kafkaAddress, startKafka, startPostgres, until, type RunningServer } from '#servers';
import { demandKafka, refuseSecurityOfNone } from './demand-kafka.js';
import { keepServer } from './keep-server.js';
import { type Keeping, type Kept } from './keep-program.js';
import { inOneSentence, refuse, sentence } from './refuse.js';
import { type Settings } from './settings.js';

/** The PostgreSQL and Kafka of this start. */
export interface Servers {
  /** A superuser's connection URL. */
  databaseUrl: string;
  kafkaBrokers: string;
  /** Why there is no Kafka, where there is none: then changes wait in the outbox. */
  kafkaMissing?: string;
}

/** An address given from outside must answer within this time. */
const OUTSIDE_LIMIT_MS = 8_000;
/** The oldest PostgreSQL that has all that the ledger uses (transaction_timeout). */
const OLDEST_POSTGRES = 17;

/**
 * Starts, side by side, whichever of the two is not given from outside; one that is given is asked instead. What was
 * started is put into `begun`, also when the other one fails. Refuses without a database, or when Kafka was given from
 * outside and does not answer; a local Kafka that cannot be had is only reported.
 */
export async function startServers(settings: Settings, keeping: Keeping, begun: Kept[], signal: AbortSignal): Promise<Servers> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const giveUp = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const results = await Promise.allSettled([
    havePostgres(settings, keeping, begun, both).catch(giveUp),
    haveKafka(settings, keeping, begun, both).catch(giveUp),
  ]);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  // The one that failed by itself comes first; the other was merely stopped because of it.
  const cause = errors.find((error) => !(isServerProblem(error) && error.code === 'stopped')) ?? errors[0];
  if (cause !== undefined) throw refuse(inOneSentence(cause));
  const [databaseUrl, kafka] = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as [string, KafkaPlace];
  return { databaseUrl, ...kafka };
}

async function havePostgres(settings: Settings, keeping: Keeping, begun: Kept[], signal: AbortSignal): Promise<string> {
  const given = settings.databaseUrl;
  if (given) return keeping.say.step('PostgreSQL', () => demandDatabase(given, signal), () => `given by DATABASE_URL, ${placeOf(given)}`).then(() => given);
  const dataDir = join(settings.dataDir, 'postgres');
  const start = () => startPostgres({ dataDir, signal });
  const running = await keeping.say.step('PostgreSQL', start, describe);
  const restart = (port: number, until: AbortSignal) => startPostgres({ dataDir, port, signal: until });
  begun.push(await keepServer({ name: 'postgres', running, restart }, keeping));
  return running.address;
}

interface KafkaPlace {
  kafkaBrokers: string;
  kafkaMissing?: string;
}

async function haveKafka(settings: Settings, keeping: Keeping, begun: Kept[], signal: AbortSignal): Promise<KafkaPlace> {
  const given = settings.kafkaBrokers;
  if (given) {
    await keeping.say.step('Kafka', () => demandKafka({ ...settings.inherited, KAFKA_BROKERS: given }, signal), () => `given by KAFKA_BROKERS, ${given}`);
    return { kafkaBrokers: given };
  }
  refuseSecurityOfNone(settings.inherited);
  const dataDir = join(settings.dataDir, 'kafka');
  const onFetch = (version: string) => keeping.say.text(`  Kafka         Apache Kafka ${version} is fetched, once (43 MB)`);
  try {
    const running = await keeping.say.step('Kafka', () => startKafka({ dataDir, signal, onFetch }), describe);
    const restart = (port: number, until: AbortSignal) => startKafka({ dataDir, port, signal: until });
    begun.push(await keepServer({ name: 'kafka', running, restart }, keeping));
    return { kafkaBrokers: running.address };
  } catch (error) {
    if (signal.aborted || !isServerProblem(error)) throw error;
    keeping.say.text(`  Kafka         runs not: ${error.message}\n                Changes are taken all the same, and wait in the outbox.`);
    return { kafkaBrokers: await kafkaAddress(dataDir), kafkaMissing: error.message };
  }
}

const describe = ({ port, takenOver }: RunningServer): string => `127.0.0.1:${port}${takenOver ? ', taken over from an earlier start' : ''}`;

/** Host and port of a connection URL: what may be shown of it. */
function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}

async function demandDatabase(url: string, signal: AbortSignal): Promise<void> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw refuse('DATABASE_URL is no PostgreSQL connection URL: it must look like postgres://user:password@host:5432/database.');
  }
  const end = performance.now() + OUTSIDE_LIMIT_MS;
  let answer = await askPostgres(url, OUTSIDE_LIMIT_MS);
  const settled = async () => {
    if (answer.state === 'starting') answer = await askPostgres(url, Math.max(1, end - performance.now()));
    return answer.state !== 'starting';
  };
  await until(settled, { timeoutMs: end - performance.now(), everyMs: 200, signal });
  if (answer.state !== 'ready') throw refuse(sentence(`DATABASE_URL cannot be used: the database at ${placeOf(url)} says, or the way to it: ${answer.message}`));
  if (Number.parseInt(answer.version, 10) < OLDEST_POSTGRES) {
    throw refuse(`DATABASE_URL cannot be used: the database at ${placeOf(url)} is PostgreSQL ${answer.version}, and the ledger needs ${OLDEST_POSTGRES} or newer.`);
  }
}
