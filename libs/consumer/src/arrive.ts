import type { Kafka } from 'kafkajs';
import { untilWritable } from './apply-surely.js';
import { extentsOf } from './connect-kafka.js';
import { isOutage } from './faults.js';
import type { Extent } from './find-last-events.js';
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

export interface Arriving {
  partitions: readonly number[];
  isFirst: boolean;
  /** Ends the waiting for the database. */
  signal: AbortSignal;
}

/** The system's own place in each partition, as all its instances together have left it; and then the state, which holds all that lies before. */
async function readStore({ options: { store, purposes }, servers, table, inTurn }: Workshop, topic: string, { partitions, isFirst }: Arriving): Promise<Positions> {
  await servers.accept();
  if (purposes) await store.narrow(purposes);
  const learnt = await store.learnt();
  // At the first join another may still be there, and narrow it again.
  if (!learnt || (!isFirst && !isInformed(learnt, purposes))) throw new Narrowed();
  const places = await store.positions(topic);
  if (partitions.length > 0) await inTurn(() => table.load(store));
  return places;
}

/** Then Kafka is asked again what this instance is given: something else than the database's absence may be in the way. */
const TRIES = 12;

/** Waits for a database that is away, or takes no writes: leaving the group for that would disturb its other members, and change nothing. */
async function readStoreSurely(shop: Workshop, topic: string, arriving: Arriving): Promise<Positions> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readStore(shop, topic, arriving);
    } catch (error) {
      if (attempt === TRIES || !isOutage(error)) throw error;
      await untilWritable(shop.applier, { ...shop.around, signal: arriving.signal, topic: 'events' }, error);
    }
  }
}

/**
 * What an instance must know before it takes the first message of the partitions that it was given. It says with which purposes
 * it goes on, so that whoever has more learns the others again once they are alone. Waits for the database. Throws when Kafka
 * fails, when the store fails otherwise, when the state is known for fewer purposes than its own, and `Stopped`.
 */
export async function arrive(shop: Workshop, kafka: Kafka, topic: string, arriving: Arriving): Promise<Given[]> {
  const places = await readStoreSurely(shop, topic, arriving);
  const extents = await extentsOf(kafka, topic);
  return arriving.partitions.map((partition) => givenOf(partition, places, extents));
}
