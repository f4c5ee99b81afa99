import type { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createConsumer, pgStore, type ConsumedEvent, type Consumer } from '#consumer';
import type { AwaitActs } from '../acts/await-acts.js';
import type { PortalConfig } from '../config/read-config.js';
import type { ConsentState } from '../ledger/ledger-types.js';
import type { Hub } from '../live/hub.js';
import { keepHistory, keepLearnt } from '../store/history.js';

export interface FollowParts {
  config: PortalConfig;
  pool: Pool;
  log: Logger;
  hub: Hub;
  acts: AwaitActs;
  lastHeard: LRUCache<string, ConsentState[]>;
  /** The catalogue's answer where a purpose has no state. */
  defaults: Record<string, boolean>;
}

/** Whoever has his page open sees who acted on what was taken away: by a "no", a pause, a restriction. */
const isNo = ({ type, data }: ConsumedEvent): boolean => type === 'consent-withdrawn' || type === 'objection-raised' || (data.allowed === false && (type === 'preferences-changed' || type === 'processing-restricted'));

/**
 * The portal as a system of the ledger: it keeps the state and the history in its own database, acknowledges every event,
 * and tells open pages once what they show is committed.
 */
export const followLedger = ({ config, pool, log, hub, acts, lastHeard, defaults }: FollowParts): Consumer =>
  createConsumer({
    system: 'portal',
    ...config.kafka,
    topicPrefix: config.topicPrefix,
    store: pgStore(pool),
    defaults,
    handlers: { onEvents: keepHistory, onState: keepLearnt },
    onCommitted(events) {
      for (const { data } of events) if (data.erased) lastHeard.delete(data.person);
      hub.committed(events);
      for (const event of events) if (isNo(event) && hub.watches(event.data.person)) acts.follow(event.data.person, event.id);
    },
    logger: log,
  });
