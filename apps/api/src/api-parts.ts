import type { Provider } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { KeyCache, readKeyEnds } from '#access';
import { countHeld } from '#held';
import { Freshness, Ledger, Reader } from '#ledger';
import { LogFolder } from '#log-folder';
import { Checkpoints, lostFrom } from '#outbox';
import { countOverdue, readCanary } from '#propagation';
import { SigningKeys } from '#rotation';
import { Counts } from '#statistics';
import { lookupKeysOf, personKeysOf, subjectKeysOf, suppressionKeysOf, Tokens, type Keyring } from '#vault';
import { listWebhooks, Reach, readCounts } from '#webhooks';
import { CurrentCatalogue } from './catalogue/catalogue-in-force.js';
import { Rates, type Limits } from './consents/rates.js';
import { SearchPool } from './consents/search.controller.js';
import { HeldTables } from './consents/typed-change.js';
import { EventContract } from './events/event-contract.js';
import { EvidenceFiles } from './evidence/evidence-files.js';
import { FileTurn, Uploads } from './evidence/uploads.js';
import { CompiledBodies } from './http/compiled-body.js';
import { FirstAnswers } from './http/first-answers.js';
import { ProblemFilter } from './http/problem-filter.js';
import { validation } from './http/validation.js';
import { Identity } from './identity/identity.js';
import { MailLinks } from './links/mail-links.js';
import { Requests } from './links/requests.js';
import { PublicUrl } from './people/address-book.js';
import { PeopleTables } from './people/people-tables.js';
import { PersonConsents } from './people/person-consents.js';
import { EvidencePacks } from './proof/evidence-packs.js';
import { History } from './proof/history.js';
import { InclusionProofs } from './proof/inclusion.js';
import { ReceiptTables } from './receipts/read-receipt.js';
import { ReceiptSigner } from './receipts/receipt-signer.js';
import { Erasure } from './rights/erasure.js';
import { HeldOnPeople } from './rights/export.js';
import { Holds } from './rights/holds.controller.js';
import { PersonDesk } from './rights/person-desk.js';
import { CurrentDelays } from './propagation/current-delays.js';
import { SystemTables } from './propagation/system-tables.js';
import { WebhookDesk } from './propagation/webhook-desk.js';
import { RightsRegister } from './rights/register.js';
import { ScriptFiles } from './sites/script-files.js';
import { StatisticsTables } from './statistics/statistics-tables.js';
import { LOG } from './system/log.js';
import { Metrics } from './system/metrics.js';
import { BodyHashKey, LookupKeys, SuppressionKeys } from './system/secrets.js';
import { HealthPool } from './system/system.controller.js';
import { webhookMetrics } from './system/webhook-metrics.js';
import { DeviceWatch } from './watch/device-watch.js';

/** What the api runs on: made before Nest, so that a wrong address or a missing keyring is one clear sentence. */
export interface ApiParts {
  log: Logger;
  pool: Pool;
  ledger: number;
  keyring: Keyring;
  publicUrl: string;
  /** Where people sign in, if anywhere. */
  portalUrl?: string;
  /** How much a website may send an hour for typed addresses, from one source. */
  limits?: Partial<Limits>;
  /** The transparency log's folder, which the relay writes. */
  logDir: string;
  /** Where webhooks may lead besides the public internet, as `WEBHOOK_ALLOW_HOSTS` writes it. */
  webhookHosts?: string;
  /** Where the browser script lies; by default where the build puts it. */
  scriptDir?: string;
}

/** What its controllers and handlers are given: every dependency, made in one place. */
export function providersOf({ log, pool, ledger, keyring, publicUrl, portalUrl, logDir, scriptDir, limits, webhookHosts }: ApiParts): Provider[] {
  const { origin } = keyring;
  const personKeys = personKeysOf(keyring);
  const lookup = new LookupKeys(lookupKeysOf(keyring));
  const signing = new SigningKeys({ pool, ledger, keyring });
  const metrics = new Metrics();
  const logFolder = new LogFolder(logDir);
  const fresh = new Freshness({ pool, ledger, outside: () => logFolder.size() });
  const appender = new Ledger({ ledger, origin, pool, keys: personKeys, mayWrite: () => fresh.demand(), observe: (batch) => metrics.batch(batch) });
  metrics.waiting(() => appender.pending);
  const warn = (error: unknown): void => log.warn({ code: (error as { code?: string }).code }, 'keys could not be read again');
  const tables = new PeopleTables(pool, ledger, origin, personKeys);
  const reader = new Reader(pool, ledger);
  const tokens = new Tokens(origin, keyring.tokens);
  const catalogue = new CurrentCatalogue(pool, ledger, log);
  const watch = new DeviceWatch(pool, ledger, log);
  const consents = new PersonConsents(tables, catalogue, reader);
  const history = new History(pool, ledger, tables);
  const desk = new PersonDesk(appender, catalogue, tables);
  const heldTables = new HeldTables({ pool, ledger, origin, keys: personKeys, subjectKeys: subjectKeysOf(keyring) });
  metrics.heldWaiting(() => countHeld({ pool, ledger }));
  metrics.overdue(() => countOverdue(pool, ledger));
  metrics.lost(async () => (await lostFrom(pool, ledger)) !== undefined);
  metrics.unsigned(() => new Checkpoints(pool, ledger).unsignedSeconds());
  metrics.keysEnd(() => readKeyEnds(pool, ledger, new Date()));
  metrics.canary(() => readCanary(pool, ledger));
  webhookMetrics(metrics.registry, { counts: () => readCounts(pool, ledger), list: () => listWebhooks({ pool, ledger }) });
  const secret = Buffer.from(keyring.idempotency, 'base64');
  const hashKey = new BodyHashKey(secret);
  const firsts = new FirstAnswers(reader, hashKey);
  const turn = new FileTurn();
  const values: [unknown, unknown][] = [
    [FirstAnswers, firsts],
    [LOG, log],
    [Counts, new Counts({ pool, ledger, onError: (error) => log.warn({ code: (error as { code?: string }).code }, 'counts wait to be written') })],
    [Metrics, metrics],
    [Ledger, appender],
    [Freshness, fresh],
    [Reader, reader],
    [KeyCache, new KeyCache(pool, ledger, warn)],
    [Tokens, tokens],
    [Identity, new Identity(pool, ledger, appender, reader, tables, catalogue, tokens, firsts)],
    [LookupKeys, lookup],
    [SuppressionKeys, new SuppressionKeys(suppressionKeysOf(keyring))],
    [BodyHashKey, hashKey],
    [Rates, new Rates(pool, ledger, secret, limits)],
    [HeldTables, heldTables],
    [CurrentCatalogue, catalogue],
    [DeviceWatch, watch],
    [PeopleTables, tables],
    [PersonConsents, consents],
    [PersonDesk, desk],
    [Erasure, new Erasure(pool, ledger, desk, catalogue, reader, tables, firsts)],
    [HeldOnPeople, new HeldOnPeople(pool, ledger, origin, personKeys, tables, consents, catalogue, turn)],
    [Holds, new Holds(pool, ledger)],
    [RightsRegister, new RightsRegister(pool, ledger, desk, tables, reader)],
    [History, history],
    [SearchPool, new SearchPool(pool, ledger)],
    [LogFolder, logFolder],
    [ScriptFiles, new ScriptFiles(scriptDir)],
    [EvidencePacks, new EvidencePacks({ pool, ledger, origin, keys: personKeys, folder: logFolder, signing }, tables, history, fresh)],
    [InclusionProofs, new InclusionProofs(pool, ledger, tables, logFolder, history, signing)],
    [ReceiptTables, new ReceiptTables(pool, ledger)],
    [ReceiptSigner, new ReceiptSigner(signing, fresh)],
    [Requests, new Requests(pool, ledger)],
    [SystemTables, new SystemTables(pool, ledger)],
    [StatisticsTables, new StatisticsTables(pool, ledger)],
    [CurrentDelays, new CurrentDelays(pool, ledger)],
    [WebhookDesk, new WebhookDesk({ pool, ledger, tokens }, Reach.of(webhookHosts))],
    [Uploads, new Uploads(pool, ledger, origin, personKeys)],
    [EvidenceFiles, new EvidenceFiles(pool, ledger, origin, personKeys)],
    [FileTurn, turn],
    [MailLinks, new MailLinks(pool, ledger)],
    [PublicUrl, new PublicUrl(publicUrl, portalUrl)],
    [HealthPool, new HealthPool(pool)],
    [EventContract, new EventContract(origin)],
    [CompiledBodies, new CompiledBodies()],
    [APP_FILTER, new ProblemFilter(log)],
    [APP_PIPE, validation()],
  ];
  return values.map(([provide, useValue]) => ({ provide, useValue }) as Provider);
}
