import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Unavailable } from '#ledger';
import { IDENTIFIER_KINDS } from '#vault';
import { columnOf, ImportProblem, type Mapping } from './mapping.js';
import type { RawRow } from './read-rows.js';
import { numberOf, type Fate, type RowWork, type RowWorkOptions } from './row-work.js';

export interface Asked {
  id: number;
  raw: RawRow;
  recheck: boolean;
}

export interface Settled {
  id: number;
  fate?: Fate;
  error?: { unavailable: boolean; message: string };
}

export interface ThreadData extends Omit<RowWorkOptions, 'catalogue'> {
  url: string;
  ledger: number;
  /** Path of the keyring. */
  keyring: string;
  /** The log's folder, by which each thread knows whether its database may be written to. */
  log: string;
}

interface Waiting {
  resolve(fate: Fate): void;
  reject(error: Error): void;
}

/** One thread; what is asked in one turn of the loop goes to it as one message. */
class Thread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private asked: Asked[] = [];
  private failure?: Error;
  private next = 0;
  constructor(data: ThreadData) {
    this.worker = new Worker(new URL('./import-thread.js', import.meta.url), { workerData: data });
    this.worker.on('message', (answers: Settled[]) => answers.forEach((one) => this.settled(one)));
    this.worker.on('error', (error) => this.fail(error));
    this.worker.on('exit', () => this.fail(new Error('a thread of the import ended')));
  }

  settle(raw: RawRow, recheck: boolean): Promise<Fate> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      const id = (this.next += 1);
      this.waiting.set(id, { resolve, reject });
      if (this.asked.push({ id, raw, recheck }) === 1) setImmediate(() => this.send());
    });
  }

  async end(): Promise<void> {
    if (this.failure) return;
    this.worker.postMessage('end');
    await once(this.worker, 'exit');
  }

  private send(): void {
    this.worker.postMessage(this.asked);
    this.asked = [];
  }

  private settled({ id, fate, error }: Settled): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (fate !== undefined) waiting?.resolve(fate);
    else waiting?.reject(error?.unavailable ? new Unavailable(error.message) : new Error(error?.message));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.values()) reject(this.failure);
    this.waiting.clear();
  }
}

/** Whose row it is, roughly: rows of one person go to one thread, so that they keep their order. */
function ownerOf({ cells = {} }: RawRow, mapping: Mapping): string {
  for (const kind of IDENTIFIER_KINDS) {
    const said = cells[columnOf(mapping, kind)]?.trim().toLowerCase();
    if (said) return said;
  }
  return '';
}

/** Rows spread over threads, by person: deciding and sealing take more of a processor than the database does. */
export class ThreadedWork implements RowWork {
  private readonly threads: Thread[];
  constructor(
    private readonly data: ThreadData,
    count: number,
  ) {
    if (count < 1) throw new ImportProblem('an import needs a thread');
    this.threads = Array.from({ length: count }, () => new Thread(data));
  }

  settle(raw: RawRow, recheck: boolean): Promise<Fate> {
    const thread = this.threads[numberOf(ownerOf(raw, this.data.mapping)) % this.threads.length];
    return thread ? thread.settle(raw, recheck) : Promise.reject(new Error('no thread'));
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
