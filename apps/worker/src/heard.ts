import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';

const LOOK_MS = 500;

/** Where a partition began and ended at a time. */
interface Extent {
  partition: number;
  low: string;
  high: string;
}

/** The time up to which every acknowledgement has been heard, as far as this worker can tell; undefined before the first look. */
export class Heard {
  upTo?: Date;
  private readonly kept = new Map<number, bigint>();
  private looked?: { at: Date; ends: Map<number, bigint> };

  /** Reading begins anew. */
  begin(): void {
    this.kept.clear();
    this.looked = undefined;
  }

  /** What a partition holds before this offset was kept earlier, or is gone. */
  startsAt(partition: number, offset: bigint): void {
    if (this.placeOf(partition) < offset) this.kept.set(partition, offset);
  }

  /** What a partition holds before this offset is kept. */
  keptTo(partition: number, offset: bigint): void {
    this.kept.set(partition, offset);
    this.compare();
  }

  /** Where every partition ended at a time or after it; until that is reached, later looks wait. What was deleted is waited for by nobody. */
  look(at: Date, extents: readonly Extent[]): void {
    for (const { partition, low } of extents) this.startsAt(partition, BigInt(low));
    this.looked ??= { at, ends: new Map(extents.map(({ partition, high }) => [partition, BigInt(high)])) };
    this.compare();
  }

  private placeOf(partition: number): bigint {
    return this.kept.get(partition) ?? 0n;
  }

  private compare(): void {
    if (!this.looked || [...this.looked.ends].some(([partition, end]) => this.placeOf(partition) < end)) return;
    this.upTo = this.looked.at;
    this.looked = undefined;
  }
}

interface Looking {
  kafka: Kafka;
  /** Has joined: where it stands nobody else changes any more. */
  groupId: string;
  topic: string;
  heard: Heard;
}

async function connectedAdmin({ kafka, groupId, topic, heard }: Looking): Promise<Admin> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    found?.partitions.forEach(({ partition, offset }) => heard.startsAt(partition, BigInt(offset)));
    return admin;
  } catch (error) {
    await admin.disconnect().catch(() => undefined);
    throw error;
  }
}

/**
 * Looks, until it is over, where the topic ends. All brokers are asked, so that one which does not answer, and may hold what nobody
 * has read, lets nothing count as heard.
 */
export async function lookForEnds(looking: Looking, over: AbortSignal): Promise<void> {
  let admin: Admin | undefined;
  while (!over.aborted) {
    const at = new Date();
    try {
      admin ??= await connectedAdmin(looking);
      const extents = await admin.fetchTopicOffsets(looking.topic);
      if (!over.aborted) looking.heard.look(at, extents);
    } catch {
      // A new one asks anew who leads which partition.
      await admin?.disconnect().catch(() => undefined);
      admin = undefined;
    }
    await sleep(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
  }
  await admin?.disconnect().catch(() => undefined);
}
