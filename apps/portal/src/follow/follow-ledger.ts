import type { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createConsumer, pgStore, type Consumer } from '#consumer';
import type { PortalConfig } from '../config/read-config.js';
import type { ConsentState } from '../ledger/ledger-types.js';
import type { Hub } from '../live/hub.js';
import { keepHistory } from '../store/history.js';

export interface FollowParts {
  config: PortalConfig;
  pool: Pool;
  log: Logger;
  hub: Hub;
  lastHeard: LRUCache<string, ConsentState[]>;
  /** The catalogue's answer where a purpose has no state. */
  defaults: Record<string, boolean>;
}

/**
 * The portal as a system of the ledger: it keeps the state and the history in its own database, acknowledges every event,
 * and tells open pages once what they show is committed.
 */
export const followLedger = ({ config, pool, log, hub, lastHeard, defaults }: FollowParts): Consumer =>
  createConsumer({
    system: 'portal',
    brokers: config.kafkaBrokers,
    topicPrefix: config.topicPrefix,
    store: pgStore(pool),
    defaults,
    handlers: { onEvents: keepHistory },
    onCommitted(events) {
      for (const { data } of events) if (data.erased) lastHeard.delete(data.person);
      hub.committed(events);
    },
    logger: log,
  });
