import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createConsumer, pgStore, type Consumer } from '#consumer';
import type { NewsletterConfig } from '../config/read-config.js';
import type { Hub } from '../live/hub.js';
import { forgetLearnt, forgetPerson, keepReactions } from '../store/reactions.js';

export interface FollowParts {
  config: NewsletterConfig;
  pool: Pool;
  log: Logger;
  hub: Hub;
}

/**
 * The newsletter as a system of the ledger: it acts on one purpose, which nobody has until he has said yes, and keeps the
 * list of those who may be written to as the consumer's own state.
 */
export const followLedger = ({ config, pool, log, hub }: FollowParts): Consumer =>
  createConsumer({
    system: 'newsletter',
    brokers: config.kafkaBrokers,
    topicPrefix: config.topicPrefix,
    store: pgStore(pool),
    purposes: ['newsletter'],
    defaults: { newsletter: false },
    handlers: { onEvents: keepReactions, onErased: forgetPerson, onState: forgetLearnt },
    onCommitted: () => hub.changed(),
    logger: log,
  });
