import type { PoolClient } from 'pg';
import type { LedgerEvent } from '#contracts';
import { Ringer } from '#outbox';
import { Batch } from './batch.js';
import { Batcher } from './batcher.js';
import { ClaimLost, Refusal, Unavailable, type Call } from './call.js';
import { faultOf, MasterRotated, type Fault } from './faults.js';
import { loadPeople, loadRequest } from './load.js';
import type { LedgerOptions } from './options.js';
import { SignedTime } from './signed-time.js';
import { toldOf } from './told.js';
import { writeBatch, writeBeside } from './write.js';

const BATCH = 100;
const WAITING = 10_000;
const PATIENCE_MS = 3_000;
/** Batches that follow each other faster than this share a ring for the relay. */
const RINGS_APART_MS = 4;
const PAUSES_MS = [20, 50, 100, 200, 400];

interface Pending {
  call: Call<unknown>;
  since: number;
  /** A former try may have been written: look by `request` before deciding. */
  unclear: boolean;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

interface Decided {
  pending: Pending;
  answer: unknown;
  persons: string[];
}

/**
 * The append. Promises: an answer is given only after the commit; each person's part of a call is written whole or not at
 * all, once, however often it is tried; a call that fails fails alone. Calls that wait while a commit runs form the next.
 */
export class Ledger {
  private readonly batcher: Batcher<Pending>;
  private readonly relay: Ringer;
  private readonly signed: SignedTime;
  constructor(private readonly options: LedgerOptions) {
    this.signed = new SignedTime(options.ledger);
    this.relay = new Ringer({ pool: options.pool, channel: 'samtycke_outbox', payload: String(options.ledger), apartMs: RINGS_APART_MS });
    this.batcher = new Batcher<Pending>({
      size: BATCH,
      capacity: WAITING,
      overflow: () => new Unavailable('more calls wait than the ledger can take'),
      run: (batch) => this.run(batch),
    });
  }

  get pending(): number {
    return this.batcher.pending;
  }

  /** `recheck`: an earlier append of the same request may have been written. */
  append<T>(call: Call<T>, { recheck = false } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = { resolve: resolve as (answer: unknown) => void, reject };
      this.batcher.add({ call: call as Call<unknown>, since: performance.now(), unclear: recheck, ...settle });
    });
  }

  /** Waits until every call that was taken has its answer. */
  async close(): Promise<void> {
    await this.batcher.settled();
    this.relay.close();
  }

  private async run(batch: Pending[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const left = await this.attempt(batch);
      if (left.length === 0) return;
      batch = this.stillPatient(left);
      if (batch.length === 0) return;
      await pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 400);
    }
  }

  /** Those whose patience has ended are answered; their fate is unknown to them, so they may come again. */
  private stillPatient(waiting: Pending[]): Pending[] {
    const limit = performance.now() - (this.options.patienceMs ?? PATIENCE_MS);
    for (const one of waiting) if (one.since < limit) one.reject(new Unavailable('the database does not answer', 2));
    return waiting.filter((one) => one.since >= limit);
  }

  /** Runs a batch; gives those that must be tried again after a pause. */
  private async attempt(batch: Pending[]): Promise<Pending[]> {
    try {
      await this.commit(batch);
      return [];
    } catch (error) {
      const fault = error instanceof MasterRotated ? this.turnTo(error.master) : faultOf(error);
      if (fault === 'again') return batch;
      if (fault === 'unclear') {
        for (const one of batch) one.unclear = true;
        return batch;
      }
      if (batch.length > 1) return this.oneByOne(batch);
      batch[0]?.reject(toldOf(error));
      return [];
    }
  }

  /** The next try wraps new keys by the master in use; `broken` where this process has not got it. */
  private turnTo(master: string): Fault {
    try {
      this.options.keys.use(master);
      return 'again';
    } catch {
      return 'broken';
    }
  }

  private async oneByOne(batch: Pending[]): Promise<Pending[]> {
    const left: Pending[] = [];
    for (const one of batch) left.push(...(await this.attempt([one])));
    return left;
  }

  private async commit(batch: Pending[]): Promise<void> {
    const started = performance.now();
    const client = await this.options.pool.connect();
    let broken: Error | undefined;
    try {
      // On a connection that was made just now: another database may lie behind it.
      await this.options.mayWrite?.();
      const work = new Batch(this.options, await this.signed.read(client));
      const units = batch.flatMap((one) => one.call.units);
      for (const [person, working] of await loadPeople(client, units, this.options)) work.persons.set(person, working);
      const done = await this.doneBefore(client, batch);
      const read = performance.now();
      const decided = this.decide(work, batch, done);
      const ready = performance.now();
      const won = await this.write(client, work, decided);
      this.settle(work, decided, won);
      this.observe(batch.length, work.rows.length, [started, read, ready]);
    } catch (error) {
      if (faultOf(error) === 'unclear') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private observe(calls: number, events: number, [started = 0, read = 0, ready = 0]: number[]): void {
    const writeMs = performance.now() - ready;
    this.options.observe?.({ calls, events, readMs: read - started, decideMs: ready - read, writeMs });
  }

  private async doneBefore(client: PoolClient, batch: Pending[]): Promise<Map<string, LedgerEvent[]>> {
    const done = new Map<string, LedgerEvent[]>();
    for (const { call, unclear } of batch) {
      if (!unclear) continue;
      for (const { holder } of call.units) {
        const events = await loadRequest(client, this.options.ledger, holder.person, call.request);
        if (events.length > 0) done.set(`${call.request}:${holder.person}`, events);
      }
    }
    return done;
  }

  private decide(work: Batch, batch: Pending[], done: Map<string, LedgerEvent[]>): Decided[] {
    const decided: Decided[] = [];
    for (const pending of batch) {
      try {
        decided.push({ pending, ...work.take(pending.call, done) });
      } catch (error) {
        if (!(error instanceof Refusal || error instanceof ClaimLost)) throw error;
        pending.reject(error);
      }
    }
    return decided;
  }

  private async write(client: PoolClient, work: Batch, decided: Decided[]): Promise<Set<string>> {
    if (work.rows.length === 0 && work.answers.length === 0) return new Set();
    const wrote = new Set(work.rows.map(({ event }) => event.request));
    const beside = decided.flatMap(({ pending: { call } }) => (call.beside && wrote.has(call.request) ? call.beside : []));
    const written = beside.length > 0 ? await writeBeside(client, this.options.ledger, work, beside) : writeBatch(client, this.options.ledger, work);
    if (work.rows.length > 0) this.relay.ring(client.pipeline ? client : undefined);
    return written;
  }

  /** Winners get their answers; who met a person that changed elsewhere is decided again in the next batch. */
  private settle(work: Batch, decided: Decided[], won: Set<string>): void {
    const lost = (person: string): boolean => work.touched.has(person) && !won.has(person);
    const losers = decided.filter((one) => one.persons.some(lost)).map((one) => one.pending);
    for (const one of losers) one.unclear = true;
    this.batcher.again(losers);
    for (const one of decided) if (!one.persons.some(lost)) one.pending.resolve(one.answer);
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
