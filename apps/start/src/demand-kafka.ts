import { connectKafka, kafkaOf, kafkaSecurityIn, type KafkaAccess } from '#consumer';
import { askKafka, until } from '#servers';
import { refuse, sentence } from './refuse.js';

/** A Kafka given from outside must answer within this time. */
const LIMIT_MS = 8_000;

const ignore = (): void => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Resolves if the Kafka that KAFKA_BROKERS names answers whoever the environment says that one is; refuses otherwise. */
export async function demandKafka(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const access = accessIn(env);
  await (access.ssl || access.sasl ? demandEntry(access, signal) : demandBrokers(access.brokers, signal));
}

/** The variables that say how one is let in are about a Kafka elsewhere: the local one lets in whoever is on this machine. */
export function refuseSecurityOfNone(env: NodeJS.ProcessEnv): void {
  const [named] = kafkaSecurityIn(env);
  if (named) throw refuse(`${named} is set, and KAFKA_BROKERS names no Kafka that it could be for.`);
}

function accessIn(env: NodeJS.ProcessEnv): KafkaAccess {
  try {
    return kafkaOf(env);
  } catch (error) {
    throw refuse(sentence((error as Error).message));
  }
}

/** As every program will: by TLS, and with name and password. */
async function demandEntry(access: KafkaAccess, signal: AbortSignal): Promise<void> {
  const admin = connectKafka('start', access, SILENT).admin({ retry: { initialRetryTime: 200, maxRetryTime: 1_000, retries: 10 } });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  const late = new Promise<never>((_, reject) => limit.addEventListener('abort', () => reject(new Error('no answer in time'))));
  try {
    await Promise.race([admin.connect().then(() => admin.describeCluster()), late]);
  } catch (error) {
    signal.throwIfAborted();
    throw refuse(sentence(`KAFKA_BROKERS cannot be used: ${(error as Error).message}`));
  } finally {
    void admin.disconnect().catch(ignore);
  }
}

async function demandBrokers(brokers: readonly string[], signal: AbortSignal): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  let reasons: string[] = [];
  const oneAnswers = async () => {
    const answers = await Promise.all(brokers.map((broker) => askKafka(broker, Math.max(1, Math.min(3_000, end - performance.now())))));
    reasons = answers.flatMap((answer, at) => (answer.state === 'silent' ? [`${brokers[at]}: ${answer.message}`] : []));
    return reasons.length < brokers.length || reasons.every((reason) => reason.includes('is not host:port'));
  };
  await until(oneAnswers, { timeoutMs: LIMIT_MS, everyMs: 250, signal });
  if (reasons.length === brokers.length) throw refuse(`KAFKA_BROKERS cannot be used: no broker answers (${reasons.join('; ')}).`);
}
