import { readBack, sentOf, type ReadBack } from '#consumer';
import type { EventType } from '#contracts';
import { unknownOf } from '#outbox';
import type { LostEvent } from '#recovery';
import type { Connection } from '../connect.js';
import { brokersHere } from '../installation.js';
import { withKafka } from '../kafka/cluster.js';

/** Finds what was sent from a log index on and is not in the database. */
export type FindLost = (floor: number) => Promise<LostEvent[]>;

const isMissing = (error: unknown): boolean => (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';

/** Where the topic of the events ends now. Nothing where it is not there: then it holds nothing that could contradict the ledger. */
const extentsNow = (): Promise<ReadBack['extents']> =>
  withKafka(async ({ kafka, topics }) => {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await admin.fetchTopicOffsets(topics.events);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    } finally {
      await admin.disconnect();
    }
  });

/** What finds lost events, in what lies in Kafka now; undefined where no Kafka is named here. Throws where none answers. */
export async function lostFinder({ pool, ledger, keyring }: Connection): Promise<FindLost | undefined> {
  if (brokersHere() === undefined) return undefined;
  const extents = await extentsNow();
  return (floor) =>
    withKafka(async ({ kafka, topics, group }) => {
      const lost: LostEvent[] = [];
      for await (const page of readBack({ kafka, topic: topics.events, group, extents, origin: keyring.origin, floor })) {
        lost.push(...(await unknownOf(pool, ledger, page.map((one): LostEvent => ({ ...sentOf(one), type: one.type as EventType, data: one.data })))));
      }
      return lost;
    });
}
