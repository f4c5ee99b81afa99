import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { accessOf, type KafkaAccess } from '#consumer';
import { beginLook, Bell, KEPT, leadWhilePossible, Lease, listen, LostLease, RecentLeaves, Ringer, SEQUENCE_PAGE, uuidOfProcess, type Term } from '#outbox';
import { LogFolder } from '#log-folder';
import { DatabaseBehind, Freshness } from '#ledger';
import type { Keyring } from '#vault';
import { giveIndices } from './give-indices.js';
import { CheckpointWriter } from './log/checkpoint-writer.js';
import { gatherCosignatures } from './log/gather-cosignatures.js';
import { keepLog } from './log/keep-log.js';
import { lookAtSent } from './log/look-at-sent.js';
import { sendCheckpoints } from './log/send-checkpoints.js';
import type { Witness } from './log/witnesses.js';
import { Mends } from './mends.js';
import { Publisher } from './publish.js';
import { StateWatch } from './watch-state.js';

const POLL_MS = 250;
/** The longest wait for the publisher between two pages. */
const PACE_MS = 500;
/** So long the first checkpoint of a term waits for what Kafka holds of those before. */
const LOOK_MS = 5_000;
/** Whoever follows the log elsewhere gathers for as long between two looks. */
const RINGS_APART_MS = 100;

export interface RelayOptions extends KafkaAccess {
  pool: Pool;
  databaseUrl: string;
  ledger: number;
  prefix: string;
  createTopics: boolean;
  replicas: number;
  log: Logger;
  keyring: Keyring;
  /** The transparency log's folder (LOG_DIR). */
  logDir: string;
  /** Who cosigns checkpoints from outside. */
  witnesses?: readonly Witness[];
}

interface Followers {
  fresh: Freshness;
  recent: RecentLeaves;
  publisher: Publisher;
  tell: () => void;
}

/**
 * In a backlog: what is given an index further ahead than what is kept in memory would have to be read a second time. Nobody waits
 * for what lies further back already, as after an hour without Kafka, nor longer than a moment.
 */
async function keepPace({ recent, publisher }: Followers, term: Term): Promise<void> {
  const until = performance.now() + PACE_MS;
  const isNear = (): boolean => {
    const backlog = publisher.backlog(recent.end ?? 0);
    return backlog > KEPT - SEQUENCE_PAGE && backlog <= KEPT;
  };
  while (isNear() && performance.now() < until) await publisher.moved.wait(until - performance.now(), term.signal);
}

/**
 * Gives indices to whatever lies in the outbox, until the term ends; woken at once, and by a poll as the safety net. What is
 * written while a page is under way rings before it is done, so a page that was not full need not be followed by a look.
 * A database that is behind the signed log gets no index: it would be another event's. While Kafka is away it goes on.
 */
async function sequence({ pool, ledger, log }: RelayOptions, term: Term, wake: Bell, followers: Followers): Promise<void> {
  const { fresh, recent, tell } = followers;
  while (!term.signal.aborted) {
    try {
      const page = await giveIndices({ pool, ledger, fresh }, term);
      recent.add(page);
      if (page.length > 0) tell();
      if (page.length === SEQUENCE_PAGE) await keepPace(followers, term);
      else await wake.wait(POLL_MS, term.signal);
    } catch (error) {
      recent.forget();
      if (error instanceof LostLease || error instanceof DatabaseBehind) return term.end();
      log.warn({ code: (error as { code?: string }).code }, 'cannot sequence; trying again');
      await sleep(POLL_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
}

/**
 * Beside sequencing and publishing: the transparency log grows by the same indices, and its checkpoints are signed and sent. First it is looked at what
 * was sent before; signing does not wait for it for long, sending does.
 */
async function transparency({ pool, ledger, log, keyring, logDir, prefix, witnesses = [], ...access }: RelayOptions, term: Term, grown: Bell, recent: RecentLeaves): Promise<void> {
  const signed = new Bell();
  const asked = witnesses.map((witness) => ({ witness, published: new Bell() }));
  const folder = new LogFolder(logDir);
  const writer = new CheckpointWriter({ pool, ledger, keyring, folder, recent, clock: Date.now });
  const sending = { pool, ledger, origin: keyring.origin, ...accessOf(access), prefix, log };
  const looked = lookAtSent({ ...sending, folder, signing: writer.signing, refuse: (reason) => writer.refuse(reason) }, term);
  const keeping = async (): Promise<void> => {
    await Promise.race([looked, sleep(LOOK_MS, undefined, { signal: term.signal }).catch(() => undefined)]);
    await keepLog({ writer, log, grown, signed: [signed, ...asked.map(({ published }) => published)] }, term);
  };
  const telling = async (): Promise<void> => {
    if (await looked) await sendCheckpoints({ ...sending, signed, published: () => writer.published }, term);
  };
  await Promise.all([keeping(), telling(), ...asked.map((one) => gatherCosignatures({ ...one, folder, writer, log }, term))]);
}

/** Sequence, then publish: the first goes on while Kafka is away. */
export async function runRelay(options: RelayOptions, stop: AbortSignal): Promise<void> {
  const { pool, ledger, log, databaseUrl } = options;
  const wake = new Bell();
  const listening = listen(databaseUrl, 'samtycke_outbox', () => wake.ring(), stop);
  const fresh = new Freshness({ pool, ledger, outside: () => new LogFolder(options.logDir).size() });
  const lead = (behind: AbortController): Promise<void> => leadWhilePossible({
    lease: new Lease(pool, ledger, 'relay', uuidOfProcess),
    stop: AbortSignal.any([stop, behind.signal]),
    work: async (term) => {
      await fresh.demand().catch((error: unknown) => {
        if (error instanceof DatabaseBehind) behind.abort();
      });
      if (term.signal.aborted) return;
      const floor = await beginLook(pool, ledger);
      const [given, grown] = [new Bell(), new Bell()];
      const recent = new RecentLeaves();
      const followers = new Ringer({ pool, channel: 'samtycke_leaves', payload: String(ledger), apartMs: RINGS_APART_MS });
      const tell = (): void => [given, grown, followers].forEach((one) => one.ring());
      const mends = new Mends(() => given.ring());
      const publisher = new Publisher({ ...options, origin: options.keyring.origin, floor, bell: given, recent, mends });
      const watch = new StateWatch({ ...options, mends, sent: () => publisher.sent, inOrder: () => publisher.inOrder, busy: () => publisher.backlog(recent.end ?? 0) > SEQUENCE_PAGE });
      await Promise.all([sequence(options, term, wake, { fresh, recent, publisher, tell }), publisher.run(term), watch.run(term), transparency(options, term, grown, recent)]);
      followers.close();
    },
    onError: (error) => log.warn({ reason: (error as Error).message }, 'the relay pauses'),
    onChange: (leads) => log.info({ leads }, leads ? 'leading' : 'standing by'),
  });
  const leading = async (): Promise<void> => {
    while (!stop.aborted) {
      // Nobody leads meanwhile, so that a recovery can.
      await fresh.untilFresh(stop, (reason) => log.error({ reason }, 'nothing is given an index, sent or signed'));
      await lead(new AbortController());
    }
  };
  await Promise.all([listening, leading()]);
}
