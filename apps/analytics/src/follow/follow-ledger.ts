import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { createConsumer, pgStore, type Consumer } from '#consumer';
import type { Hub } from '#live';
import type { TakeViews } from '../collect/take-views.js';
import type { AnalyticsConfig } from '../config/read-config.js';
import { PURPOSES } from '../purposes.js';
import { forgetLearnt, react } from './react.js';

interface Parts {
  config: AnalyticsConfig;
  pool: Pool;
  log: Logger;
  hub: Hub;
  views: TakeViews;
}

/**
 * The analytics as a system of the ledger: it keeps the state of its two purposes in its own database, deletes in the
 * same transaction what a withdrawal forbids it to hold, and acknowledges every event.
 */
export const followLedger = ({ config, pool, log, hub, views }: Parts): Consumer =>
  createConsumer({
    system: 'analytics',
    ...config.kafka,
    topicPrefix: config.topicPrefix,
    store: pgStore(pool),
    purposes: PURPOSES,
    handlers: { onEvents: react, onState: forgetLearnt },
    onCommitted: (events) => {
      views.committed(events);
      hub.changed();
    },
    logger: log,
  });
