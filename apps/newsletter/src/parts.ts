import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Consumer } from '#consumer';
import type { Hub } from '#live';
import type { NewsletterConfig } from './config/read-config.js';
import type { Topic } from './issues/ask-topics.js';
import type { IssueSender } from './send/send-issues.js';

export const PARTS = Symbol('parts');

/** What the newsletter is made of. */
export interface NewsletterParts {
  config: NewsletterConfig;
  log: Logger;
  pool: Pool;
  consumer: Consumer;
  hub: Hub;
  sender: IssueSender;
  /** What people can wish to read about. */
  topics: () => Promise<readonly Topic[]>;
}
