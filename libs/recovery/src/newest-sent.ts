import { setTimeout as sleep } from 'node:timers/promises';
import { isNoTopic, readStretches, type RawMessage, type ReadStretches } from '#consumer';
import { openCheckpoint, parseVerifiers, type Checkpoint } from '#proof';
import { checkEd25519, sha256 } from '#vault';

const FIRST = 100n;
const LARGEST = 10_000n;
/** So far back from the end it is looked: beyond it lie days of checkpoints, or another ledger's. */
const FURTHEST = 200_000n;
const TRIES = 5;
const AGAIN_MS = 300;

/** `topic`: that of the checkpoints. */
export interface NewestSent extends Pick<ReadStretches, 'kafka' | 'topic' | 'group' | 'signal'> {
  /** Name of the log: the key of its messages. */
  origin: string;
  /** Verifier keys of the log, old and new. */
  verifiers: readonly string[];
}

/** Where the topic's only partition begins and ends; nothing where the topic is not there. */
async function extentOf({ kafka, topic }: NewestSent): Promise<{ low: bigint; high: bigint }> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [part] = await admin.fetchTopicOffsets(topic);
    return { low: BigInt(part?.low ?? 0), high: BigInt(part?.high ?? 0) };
  } catch (error) {
    if (isNoTopic(error)) return { low: 0n, high: 0n };
    throw error;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Tries again where Kafka says that it can soon, as one does whose topics were made a moment ago. */
async function extentSurely(options: NewestSent): Promise<{ low: bigint; high: bigint }> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await extentOf(options);
    } catch (error) {
      if (left <= 1 || !(error as { retriable?: boolean }).retriable) throw error;
      await sleep(AGAIN_MS, undefined, { signal: options.signal });
    }
  }
}

/** What a message says, where one of the keys signed it. */
function opened({ key, value }: RawMessage, { origin, verifiers }: NewestSent): Checkpoint | undefined {
  if (key?.toString('utf8') !== origin) return undefined;
  try {
    return openCheckpoint(value?.toString('utf8') ?? '', parseVerifiers(sha256, verifiers.join('\n')), checkEd25519);
  } catch {
    return undefined;
  }
}

const largest = (some: readonly Checkpoint[]): Checkpoint | undefined => some.reduce<Checkpoint | undefined>((most, one) => (one.size > (most?.size ?? -1) ? one : most), undefined);

/**
 * The newest checkpoint of a log that lies on its topic: of the last stretch in which there is any the largest, since a refill begins with the smallest. Undefined where
 * there is none. What no key of the log signed is passed over: another ledger's, or anybody's. Throws when Kafka fails or does not answer.
 */
export async function newestSent(options: NewestSent): Promise<Checkpoint | undefined> {
  const { low, high } = await extentSurely(options);
  const end = high - FURTHEST > low ? high - FURTHEST : low;
  for (let [to, size] = [high, FIRST]; to > end && !options.signal?.aborted; size = LARGEST) {
    const from = to - size > end ? to - size : end;
    const found: Checkpoint[] = [];
    await readStretches({ ...options, stretches: [{ partition: 0, from: String(from), to: String(to) }], take: (raw) => found.push(...[opened(raw, options) ?? []].flat()) });
    const newest = largest(found);
    if (newest) return newest;
    to = from;
  }
  return undefined;
}
