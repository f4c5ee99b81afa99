import { setTimeout as sleep } from 'node:timers/promises';
import { readStretches, type RawMessage, type ReadStretches } from '#consumer';
import { openCheckpoint, parseVerifiers, type Checkpoint } from '#proof';
import { checkEd25519, sha256 } from '#vault';

const FIRST = 100n;
const GROWS = 8n;
const TRIES = 5;
const AGAIN_MS = 300;

/** `topic`: that of the checkpoints. */
export interface NewestSent extends Pick<ReadStretches, 'kafka' | 'topic' | 'group' | 'signal'> {
  /** Verifier keys of the log, old and new. */
  verifiers: readonly string[];
}

const isMissing = (error: unknown): boolean => (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';

/** Where the topic's only partition begins and ends; nothing where the topic is not there. */
async function extentOf({ kafka, topic }: NewestSent): Promise<{ low: bigint; high: bigint }> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [part] = await admin.fetchTopicOffsets(topic);
    return { low: BigInt(part?.low ?? 0), high: BigInt(part?.high ?? 0) };
  } catch (error) {
    if (isMissing(error)) return { low: 0n, high: 0n };
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
function opened({ value }: RawMessage, verifiers: readonly string[]): Checkpoint | undefined {
  try {
    return openCheckpoint(value?.toString('utf8') ?? '', parseVerifiers(sha256, verifiers.join('\n')), checkEd25519);
  } catch {
    return undefined;
  }
}

/**
 * The last checkpoint of a log that lies on its topic; undefined where there is none. What no key of the log signed is passed over: another
 * ledger's, or anybody's. Throws when Kafka fails or does not answer.
 */
export async function newestSent(options: NewestSent): Promise<Checkpoint | undefined> {
  const { verifiers, signal } = options;
  const { low, high } = await extentSurely(options);
  for (let [to, size] = [high, FIRST]; to > low && !signal?.aborted; size *= GROWS) {
    const from = to - size > low ? to - size : low;
    const found: RawMessage[] = [];
    await readStretches({ ...options, stretches: [{ partition: 0, from: String(from), to: String(to) }], take: (raw) => void found.push(raw) });
    for (const raw of found.reverse()) {
      const checkpoint = opened(raw, verifiers);
      if (checkpoint) return checkpoint;
    }
    to = from;
  }
  return undefined;
}
