import type { Admin, RecordMetadata } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LEDGER_PERSON, topicsOf, type TopicNames } from '#contracts';
import { Cursor, pendingRefills, REFILLABLE, requestRefill, type Refillable } from '#outbox';
import { ensureTopics } from './topics.js';

/** How often it is looked where the topics end. */
const LOOK_MS = 5_000;
const SENT_STATE = 'SELECT FROM leaves WHERE ledger = $1 AND idx < $2 AND person <> $3 LIMIT 1';

export interface KeptTopicsOptions {
  pool: Pool;
  ledger: number;
  prefix: string;
  createTopics: boolean;
  replicas: number;
  log: Logger;
}

/** Where each partition of a topic ends, as far as is known. */
type Ends = ReadonlyMap<number, bigint>;
type Placed = Pick<RecordMetadata, 'partition' | 'baseOffset'>;
const sumOf = (ends: Ends): bigint => [...ends.values()].reduce((sum, end) => sum + end, 0n);

async function endsOf(admin: Admin, topic: string): Promise<Ends> {
  return new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
}

/** Of each partition the later end of two. */
function laterOf(one: Ends, other: Ends = new Map()): Ends {
  const later = new Map(one);
  for (const [partition, end] of other) if (end > (later.get(partition) ?? 0n)) later.set(partition, end);
  return later;
}

/** Where a topic ends by where what was sent to it was put. */
function endsBy(sent: readonly { partition: number }[], placed: readonly Placed[]): Ends {
  const ends = new Map(placed.map(({ partition, baseOffset = '-1' }) => [partition, BigInt(baseOffset)] as const).filter(([, at]) => at >= 0n));
  for (const { partition } of sent) {
    const end = ends.get(partition);
    if (end !== undefined) ends.set(partition, end + 1n);
  }
  return ends;
}

/** What lay in a topic is gone: what was on its way is to be sent again, behind everything before it. */
class TopicLost extends Error {}

/**
 * Sees to it that the topics are there and hold what was sent to them. What was deleted and made anew by somebody else is there,
 * and no send to it fails; but where a topic ends only rises, so one that ends before where it ended lost what lay in it. That is
 * looked at every few seconds, and by where each send was put: of a topic that was filled a moment ago no look knows the end. Before
 * the first look nothing is known of that: then the events, of which none goes, are counted, and of the others it is asked
 * whether they ever held anything. What was lost is sent again before anything else.
 */
export class KeptTopics {
  readonly names: TopicNames;
  private readonly ends = new Map<Refillable, Ends>();
  /** What is missing, and was asked for: it stays missing for as long as nobody makes it. */
  private readonly asked = new Set<Refillable>();
  /** Whose looks count: the one of the present connection. */
  private admin: Admin | undefined;
  private lookedAt = -Infinity;
  /** What a look found that has not been told yet. */
  private lost = false;
  private trouble: unknown;

  constructor(private readonly options: KeptTopicsOptions) {
    this.names = topicsOf(options.prefix);
  }

  /** Makes what is missing; `sent`: everything below this index was sent before. */
  async ensure(admin: Admin, sent: number): Promise<void> {
    this.admin = undefined;
    const { prefix, createTopics: create, replicas } = this.options;
    const onMissing = async (missing: readonly string[]): Promise<void> => {
      for (const topic of REFILLABLE.filter((one) => missing.includes(one))) {
        this.ends.delete(topic);
        if (sent > 0 && !this.asked.has(topic)) await this.refill(topic);
        this.asked.add(topic);
      }
    };
    await ensureTopics(admin, { prefix, create, replicas, onMissing });
    this.asked.clear();
    this.admin = admin;
    [this.lookedAt, this.lost, this.trouble] = [-Infinity, false, undefined];
  }

  /**
   * Whether a topic was found that lost what lay in it; looked at every few seconds. Nothing is sent before the first look; the
   * later ones are taken beside what is sent, since each waits for Kafka several times, and are told with the next call.
   */
  async look(admin: Admin, sent: number): Promise<boolean> {
    if (sent > 0 && performance.now() - this.lookedAt >= LOOK_MS) {
      const isFirst = this.lookedAt === -Infinity;
      this.lookedAt = performance.now();
      const looking = this.compare(admin, sent).catch((error: unknown) => {
        if (admin === this.admin) this.trouble = error;
      });
      if (isFirst) await looking;
    }
    const { lost, trouble } = this;
    [this.lost, this.trouble] = [false, undefined];
    if (trouble !== undefined) throw trouble as Error;
    return lost;
  }

  /**
   * Notes where a send was put. Throws where that is before where the topic ended, once all of it was asked for again: nothing that
   * comes after it may go out before.
   */
  async placed(topic: Refillable, sent: readonly { partition: number }[], placed: readonly Placed[]): Promise<void> {
    const before = this.ends.get(topic);
    const isGone = placed.some(({ partition, baseOffset = '-1' }) => BigInt(baseOffset) >= 0n && BigInt(baseOffset) < (before?.get(partition) ?? 0n));
    this.ends.set(topic, laterOf(endsBy(sent, placed), isGone ? undefined : before));
    if (!isGone) return;
    await this.refill(topic);
    throw new TopicLost(`what lay in ${this.names[topic]} is gone`);
  }

  private async compare(admin: Admin, sent: number): Promise<void> {
    for (const topic of REFILLABLE) {
      // Both before it is asked where it ends: what is sent meanwhile lies behind that.
      const before = this.ends.get(topic);
      const held = before !== undefined || (await this.heldSome(topic, sent));
      const ends = await endsOf(admin, this.names[topic]);
      const lacks = held && (await this.lacks(topic, { before, ends, sent }));
      // The connection is over: what it saw last may be of a topic that is gone by now.
      if (admin !== this.admin) return;
      if (lacks) {
        await this.refill(topic);
        this.lost = true;
      }
      this.ends.set(topic, lacks ? ends : laterOf(ends, this.ends.get(topic)));
    }
  }

  private async lacks(topic: Refillable, { before, ends, sent }: { before?: Ends; ends: Ends; sent: number }): Promise<boolean> {
    if (before) return [...before].some(([partition, end]) => (ends.get(partition) ?? 0n) < end);
    const { pool, ledger } = this.options;
    const lacks = sumOf(ends) < (topic === 'events' ? BigInt(sent) : 1n);
    return lacks && !(await pendingRefills(pool, ledger)).some((one) => one.topic === topic);
  }

  /** Whether anything was ever sent to it. */
  private async heldSome(topic: Refillable, sent: number): Promise<boolean> {
    const { pool, ledger } = this.options;
    if (topic === 'events') return true;
    if (topic === 'checkpoints') return (await new Cursor(pool, ledger, 'checkpoints', { role: 'relay', fencing: '0' }).read()) > 0;
    return (await pool.query(SENT_STATE, [ledger, sent, LEDGER_PERSON])).rowCount === 1;
  }

  private async refill(topic: Refillable): Promise<void> {
    const { pool, ledger, log } = this.options;
    log.error({ topic: this.names[topic] }, 'what lay in a topic is gone; it is filled again from index 0');
    await requestRefill(pool, ledger, topic);
  }
}
