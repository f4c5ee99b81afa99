import type { Kafka } from 'kafkajs';
import { extentsOf } from './connect-kafka.js';
import type { Extent } from './find-last-index.js';
import { isInformed } from './learnt.js';
import type { Positions } from './store.js';
import type { Workshop } from './work.js';

/** A partition that this instance was given. */
export interface Given {
  partition: number;
  /** The next offset to be read. */
  place: string;
  /** Where it ends now: the next offset to be written. */
  end: string;
  /** The first offset that Kafka still has, where that lies behind the place: what was between is gone. */
  gone?: string;
}

function givenOf(partition: number, places: Positions, extents: readonly Extent[]): Given {
  const { low, high: end } = extents.find((one) => one.partition === partition) ?? { low: '0', high: '0' };
  const place = places.get(partition);
  if (place === undefined) return { partition, place: low, end };
  return { partition, place, end, ...(BigInt(place) < BigInt(low) && { gone: low }) };
}

/** An instance that follows fewer purposes was in the group meanwhile, or the state is not known any more: it must be learnt. */
class Narrowed extends Error {
  override readonly name = 'Narrowed';
}

/**
 * What an instance must know before it takes the first message of the partitions that it was given: the system's own place in
 * each, as all its instances together have left it, and then the state, which holds all that lies before these places. It says
 * with which purposes it goes on, so that whoever has more learns the others again once they are alone. Throws when Kafka or the
 * store fails, or when the state is known for fewer purposes than its own.
 */
export async function arrive({ options: { store, purposes }, servers, table, inTurn }: Workshop, kafka: Kafka, topic: string, { partitions, isFirst }: { partitions: readonly number[]; isFirst: boolean }): Promise<Given[]> {
  await servers.accept();
  if (purposes) await store.narrow(purposes);
  const learnt = await store.learnt();
  // At the first join another may still be there, and narrow it again.
  if (!learnt || (!isFirst && !isInformed(learnt, purposes))) throw new Narrowed();
  const [places, extents] = await Promise.all([store.positions(topic), extentsOf(kafka, topic)]);
  if (partitions.length > 0) await inTurn(() => table.load(store));
  return partitions.map((partition) => givenOf(partition, places, extents));
}
