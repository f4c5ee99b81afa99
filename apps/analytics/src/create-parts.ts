import { openPool } from '#consumer';
import { createHub } from '#live';
import type { AnalyticsParts } from './analytics-parts.js';
import { takeViews } from './collect/take-views.js';
import type { AnalyticsConfig } from './config/read-config.js';
import { followLedger } from './follow/follow-ledger.js';
import { createLog } from './http/log.js';

/** Puts the program together; nothing runs yet. */
export function createParts(config: AnalyticsConfig): AnalyticsParts {
  const log = createLog(config.logLevel);
  const onError = (error: Error): void => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke');
  const pool = openPool({ url: config.databaseUrl, name: 'samtycke-analytics', onError });
  const hub = createHub();
  const views = takeViews({ pool, log, onTaken: hub.changed });
  return { config, log, pool, hub, views, consumer: followLedger({ config, pool, log, hub, views }) };
}
