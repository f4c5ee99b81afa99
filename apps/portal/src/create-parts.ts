import { LRUCache } from 'lru-cache';
import { loadCatalogue, type Catalogue } from '#catalogue';
import { openPool } from '#consumer';
import { InTurn } from '#turns';
import { awaitActs } from './acts/await-acts.js';
import { sendWaiting } from './choices/send-waiting.js';
import type { PortalConfig } from './config/read-config.js';
import { followLedger } from './follow/follow-ledger.js';
import { createLog } from './http/log.js';
import { askLedgerAt } from './ledger/ask-ledger.js';
import { ledgerBy } from './ledger/ledger.js';
import type { ConsentState } from './ledger/ledger-types.js';
import { rightsBy } from './ledger/rights-calls.js';
import { wordsOf } from './ledger/words.js';
import { createHub } from './live/hub.js';
import type { PortalParts } from './portal-parts.js';
import { correctionsIn } from './store/corrections.js';
import { erasuresIn } from './store/erasures.js';
import { knownSites } from './sign-in/device/known-sites.js';
import { linkingSessions } from './sign-in/device/link-when-known.js';
import { signInParts } from './sign-in/sign-in-parts.js';
import { SESSION_MS, sessionsIn } from './store/sessions.js';
import { ownerOf, waitingIn } from './store/waiting.js';

const PEOPLE_REMEMBERED = 2_000;

const defaultsOf = ({ purposes }: Catalogue): Record<string, boolean> =>
  Object.fromEntries(purposes.map(({ id, choice }) => [id, choice !== 'grant-withdraw']));

/** Puts the portal together; nothing runs yet. */
export function createParts(config: PortalConfig): PortalParts {
  const log = createLog(config.logLevel);
  const catalogue = loadCatalogue();
  const pool = openPool({ url: config.databaseUrl, name: 'samtycke-portal', onError: (error) => log.warn({ code: (error as { code?: string }).code }, 'a database connection broke') });
  const ask = askLedgerAt(config);
  const ledger = ledgerBy(ask);
  const hub = createHub();
  const waiting = waitingIn(pool);
  const turns = new InTurn();
  const lastHeard = new LRUCache<string, ConsentState[]>({ max: PEOPLE_REMEMBERED, ttl: SESSION_MS });
  const onTaken = (owner: Buffer): void => hub.touch(({ identity }) => ownerOf(identity).equals(owner));
  const acts = awaitActs({ ledger, pool, log, onHeard: (person) => hub.touch((session) => session.person === person) });
  return {
    config,
    log,
    pool,
    ledger,
    rights: rightsBy(ask),
    hub,
    acts,
    waiting,
    lastHeard,
    words: wordsOf(ledger, catalogue, log),
    ...signInParts(config, pool, log),
    sessions: linkingSessions(sessionsIn(pool), { ledger, log }),
    isKnownSite: knownSites({ config, ledger, log }),
    corrections: correctionsIn(pool),
    erasures: erasuresIn(pool),
    turns,
    sender: sendWaiting({ ledger, waiting, log, onTaken, turns }),
    consumer: followLedger({ config, pool, log, hub, acts, lastHeard, defaults: defaultsOf(catalogue) }),
  };
}
