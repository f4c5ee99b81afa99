import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createConsumer, pgStore, type ConsumedEvent, type ConsumedState, type Consumer, type Transaction } from '#consumer';
import type { Hub } from '#live';
import type { NewsletterConfig } from '../config/read-config.js';
import { keepLocales } from '../store/locales.js';
import { forgetLearnt, forgetPerson, keepReactions } from '../store/reactions.js';

export interface FollowParts {
  config: NewsletterConfig;
  pool: Pool;
  log: Logger;
  hub: Hub;
}

async function keepEvents(events: readonly ConsumedEvent[], transaction: Transaction): Promise<void> {
  await Promise.all([keepReactions(events, transaction), keepLocales(events.map(({ data }) => data), transaction)]);
}

async function keepStates(states: readonly ConsumedState[], transaction: Transaction): Promise<void> {
  await keepLocales(states, transaction);
  await forgetLearnt(states, transaction);
}

/**
 * The newsletter as a system of the ledger: it acts on one purpose, which nobody has until he has said yes, and keeps the
 * list of those who may be written to as the consumer's own state.
 */
export const followLedger = ({ config, pool, log, hub }: FollowParts): Consumer =>
  createConsumer({
    system: 'newsletter',
    ...config.kafka,
    topicPrefix: config.topicPrefix,
    store: pgStore(pool),
    purposes: ['newsletter'],
    defaults: { newsletter: false },
    handlers: { onEvents: keepEvents, onErased: forgetPerson, onState: keepStates },
    onCommitted: () => hub.changed(),
    logger: log,
  });
