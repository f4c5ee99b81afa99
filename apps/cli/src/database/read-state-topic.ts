import { setTimeout as sleep } from 'node:timers/promises';
import { StateTopic, type Problem, type SecondPlace, type StateRecord } from '#audit';
import { findEnd, readTopic, type RawMessage } from '#consumer';
import { topicsOf } from '#contracts';
import { newHolderId } from '#ledger';
import { type Connection } from '../connect.js';
import { CliError, topicPrefix } from '../installation.js';
import { kafkaAt } from '../kafka/cluster.js';

const KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):([a-z~][a-z0-9-]{0,63})$/;
const SLICE = 2_000;
const ATTEMPTS = 10;
const PAUSE_MS = 1_000;

function recordOf({ key, value }: RawMessage): StateRecord | undefined {
  const [, person, purpose] = KEY.exec(key?.toString('utf8') ?? '') ?? [];
  if (person === undefined || purpose === undefined) return undefined;
  try {
    return { person, purpose, ...(value && { value: JSON.parse(value.toString('utf8')) as StateRecord['value'] }) };
  } catch {
    return { person, purpose, value: {} };
  }
}

/** Does once more what failed for a reason that passes, such as a coordinator that is loading: a record read twice is noted twice, in order. */
async function again(work: () => Promise<void>): Promise<void> {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/**
 * Reads the compacted topic to its end as it stood at the beginning, and compares it with the second place of a replay.
 * Resolves to how many records cannot be compared yet. Throws a CliError where Kafka cannot be reached.
 */
export async function compareStateTopic({ pool, ledger }: Connection, place: SecondPlace, brokers: string, problem: (problem: Problem) => void): Promise<number> {
  const topic = topicsOf(topicPrefix()).state;
  const groupId = `${topicPrefix()}samtycke-replay-${newHolderId()}`;
  const kafka = kafkaAt(brokers);
  const admin = kafka.admin();
  const records = new StateTopic(pool, ledger, place.schema);
  const take = async (messages: RawMessage[]): Promise<boolean> => {
    for (const message of messages) {
      const record = recordOf(message);
      if (record) records.note(record);
      else problem({ text: `the state topic has a record whose key names no person and purpose (partition ${message.partition}, offset ${message.offset})` });
    }
    await records.flush();
    return true;
  };
  try {
    await admin.connect();
    await records.begin();
    const offsets = await admin.fetchTopicOffsets(topic);
    const ends = new Map(offsets.filter(({ low, high }) => BigInt(high) > BigInt(low)).map(({ partition, high }) => [partition, BigInt(high)]));
    const { brokers: nodes } = await admin.describeCluster();
    if (ends.size > 0) {
      await again(async () => {
        const { prepare, reached } = findEnd(ends, nodes.length);
        const { consumer, broken } = await readTopic({ kafka, groupId, topic, sessionTimeoutMs: 30_000, slice: SLICE, take, prepare });
        await Promise.race([reached, broken]).finally(() => consumer.disconnect());
      });
      await admin.deleteGroups([groupId]).catch(() => undefined);
    }
  } catch (error) {
    throw new CliError(`the state topic ${topic} cannot be read (${(error as Error).message}); --no-state-topic replays without it`);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
  return records.compare(problem);
}
