import type { Kafka } from 'kafkajs';
import { delayOf, pause } from './back-off.js';
import { nameOf } from './faults.js';
import { isIn, type Span } from './log/spans.js';
import { readStateToEnd } from './read-state.js';
import { logIndexOf, type RawMessage } from './received.js';
import type { Workshop } from './work.js';

async function readOnce(shop: Workshop, kafka: Kafka, wanted: (raw: RawMessage) => boolean): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await readStateToEnd(shop, kafka, admin, { wanted });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/**
 * What is missing from the events may have been a withdrawal: the state of its stream says it too. Applies, beside the events
 * that are followed, the state records that come from `missing` events; what came later comes by its own event. Tries until
 * it is done or stopped, or another server of the database is accepted: that one is to read first what it lacks. Never throws.
 */
export async function makeUp(given: Workshop, kafka: Kafka, missing: readonly Span[]): Promise<void> {
  const another = new AbortController();
  const heedNoMore = given.servers.heed({ onAnother: () => another.abort() });
  const guard = given.servers.guard();
  const signal = AbortSignal.any([given.around.signal, another.signal]);
  try {
    await tryUntilDone({ ...given, around: { ...given.around, signal }, applier: { ...given.applier, guard } }, kafka, missing);
  } finally {
    heedNoMore();
  }
}

async function tryUntilDone(shop: Workshop, kafka: Kafka, missing: readonly Span[]): Promise<void> {
  const { signal, logger } = shop.around;
  const wanted = (raw: RawMessage): boolean => isIn(missing, logIndexOf(raw));
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await readOnce(shop, kafka, wanted);
      if (!signal.aborted) logger.info({ missing: missing.slice(0, 100) }, 'the state was read for what is missing');
      return;
    } catch (error) {
      logger.warn({ problem: nameOf(error), attempt }, 'the state cannot be read for what is missing; trying again');
      await pause(delayOf(attempt), signal);
    }
  }
}
