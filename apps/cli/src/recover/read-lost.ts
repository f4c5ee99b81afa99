import { isNoTopic, readBack, sentOf, type ReadBack } from '#consumer';
import type { EventType } from '#contracts';
import { lostFrom, unknownOf } from '#outbox';
import type { LostEvent } from '#recovery';
import type { Connection } from '../connect.js';
import { brokersHere, CliError } from '../installation.js';
import { withKafka } from '../kafka/cluster.js';

/** Finds what was sent from a log index on and is not in the database. */
export type FindLost = (floor: number) => Promise<LostEvent[]>;

/** Where the topic of the events ends now. Nothing where it is not there: then it holds nothing that could contradict the ledger. */
const extentsNow = (): Promise<ReadBack['extents']> =>
  withKafka(async ({ kafka, topics }) => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await admin.fetchTopicOffsets(topics.events);
    } catch (error) {
      if (isNoTopic(error)) return [];
      throw error;
    } finally {
      await admin.disconnect();
    }
  });

/** What was noted as lost lies in the topic: one that holds nothing of this ledger is another, or was deleted, and says nothing of it. */
async function demandSeen({ pool, ledger }: Connection, topic: string): Promise<void> {
  if ((await lostFrom(pool, ledger)) === undefined) return;
  throw new CliError(`changes that systems were told of and that this database lacks were found before, and ${topic} holds nothing of this ledger: set KAFKA_BROKERS and KAFKA_TOPIC_PREFIX as the relay has them; where the topic was deleted, fill it first (\`samtycke topics refill events --anyway\`)`);
}

/** What finds lost events, in what lies in Kafka now; undefined where no Kafka is named here. Throws where none answers. */
export async function lostFinder({ pool, ledger, keyring }: Connection): Promise<FindLost | undefined> {
  if (brokersHere() === undefined) return undefined;
  const extents = await extentsNow();
  return (floor) =>
    withKafka(async ({ kafka, topics, group }) => {
      const lost: LostEvent[] = [];
      let seen = 0;
      // The event before the first that may be lost shows whose topic it is. It is none of them: an old backup lacks it, and the log does not.
      for await (const page of readBack({ kafka, topic: topics.events, group, extents, origin: keyring.origin, floor: Math.max(0, floor - 1) })) {
        seen += page.length;
        const since = page.filter(({ logIndex = 0 }) => logIndex >= floor);
        lost.push(...(await unknownOf(pool, ledger, since.map((one): LostEvent => ({ ...sentOf(one), type: one.type as EventType, data: one.data })))));
      }
      if (seen === 0) await demandSeen({ pool, ledger, keyring }, topics.events);
      return lost;
    });
}
