import type { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Consumer } from '#consumer';
import type { InTurn } from '#turns';
import type { AwaitActs } from './acts/await-acts.js';
import type { SendWaiting } from './choices/send-waiting.js';
import type { PortalConfig } from './config/read-config.js';
import type { Ledger } from './ledger/ledger.js';
import type { ConsentState } from './ledger/ledger-types.js';
import type { RightsCalls } from './ledger/rights-calls.js';
import type { Words } from './ledger/words.js';
import type { Hub } from './live/hub.js';
import type { IsKnownSite } from './sign-in/device/known-sites.js';
import type { Asks } from './sign-in/mail/asks.js';
import type { SendLinks } from './sign-in/mail/send-links.js';
import type { Begun } from './sign-in/oidc/begun.js';
import type { Provider } from './sign-in/oidc/provider.js';
import type { Corrections } from './store/corrections.js';
import type { Erasures } from './store/erasures.js';
import type { Sessions } from './store/sessions.js';
import type { WaitingRoom } from './store/waiting.js';

/** Everything that the portal is made of; put together once, in start-portal.ts. */
export interface PortalParts {
  config: PortalConfig;
  log: Logger;
  pool: Pool;
  ledger: Ledger;
  rights: RightsCalls;
  words: Words;
  sessions: Sessions;
  isKnownSite: IsKnownSite;
  corrections: Corrections;
  erasures: Erasures;
  waiting: WaitingRoom;
  sender: SendWaiting;
  turns: InTurn;
  hub: Hub;
  consumer: Consumer;
  acts: AwaitActs;
  /** Sign-ins by a provider, where one is connected, and those that have begun. */
  provider?: Provider;
  begun: Begun;
  /** Sign-in links that were asked for, and what sends them, where mails can leave. */
  asks: Asks;
  links?: SendLinks;
  lastHeard: LRUCache<string, ConsentState[]>;
}

export const PARTS = Symbol('portal parts');
