import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Consumer } from '#consumer';
import type { Hub } from '#live';
import type { TakeViews } from './collect/take-views.js';
import type { AnalyticsConfig } from './config/read-config.js';

/** Everything that the analytics are made of; put together once, in create-parts.ts. */
export interface AnalyticsParts {
  config: AnalyticsConfig;
  log: Logger;
  pool: Pool;
  consumer: Consumer;
  views: TakeViews;
  hub: Hub;
}

export const PARTS = Symbol('analytics parts');
