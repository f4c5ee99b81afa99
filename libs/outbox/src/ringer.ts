import type { ClientBase, Pool } from 'pg';

/** A lost ring costs whoever listens a poll, no change: its commit need not wait for the disk. */
const RING = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;

export interface RingerOptions {
  pool: Pool;
  channel: string;
  payload: string;
  /** A NOTIFY is a transaction, and wakes a process: what follows faster than this shares one. Milliseconds. */
  apartMs: number;
}

/** Tells another process that there is something to do: at once where the last ring is a while ago, else a moment later. May be lost. */
export class Ringer {
  private last = -Infinity;
  private planned?: NodeJS.Timeout;
  constructor(private readonly options: RingerOptions) {}

  /** `on`: a pipelined connection whose queries before this one are what there is to tell; else one of the pool's. */
  ring(on: Pick<ClientBase, 'query'> = this.options.pool): void {
    if (this.planned) return;
    const wait = this.last + this.options.apartMs - performance.now();
    if (wait <= 0) this.send(on);
    else this.planned = setTimeout(() => this.send(this.options.pool), wait);
  }

  private send(on: Pick<ClientBase, 'query'>): void {
    const { channel, payload } = this.options;
    this.planned = undefined;
    this.last = performance.now();
    on.query({ name: 'ring', text: RING, values: [channel, payload] }).catch(() => undefined);
  }

  /** Rings now what was planned. */
  close(): void {
    if (!this.planned) return;
    clearTimeout(this.planned);
    this.send(this.options.pool);
  }
}
