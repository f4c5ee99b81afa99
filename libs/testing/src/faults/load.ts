import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../until.js';
import { keptConnections, send } from './send.js';

/** A call that is to be answered, whatever happens. */
export interface Call {
  path: string;
  body: object;
  /** The `Authorization` key. */
  key: string;
}

/** An answer that promised something. */
export interface Acknowledged extends Call {
  idempotencyKey: string;
  status: number;
  text: string;
  /** How often it was sent. */
  tries: number;
}

/** An answer that is no 2xx, and when it came (performance.now). */
export interface Refused {
  status: number;
  text: string;
  at: number;
}

export interface LoadOptions {
  /** Addresses of the api; writers are spread over them. */
  urls: string[];
  writers: number;
  /** The next call of a writer; undefined: he is done. */
  next: (writer: number, count: number) => Call | undefined;
  /** All writers together at most; without it as fast as they can. */
  perSecond?: number;
}

/** The pause before a repeat grows up to the last of these. */
const AGAIN_MS = [20, 50, 100, 200, 400];
const PATIENCE_MS = 400_000;

/**
 * Writers that each send one call after another, and repeat a call with the same Idempotency-Key until it has an answer that
 * is neither 5xx nor "in flight". Every 2xx is kept to the byte; every 4xx and 5xx is noted.
 */
export class Load {
  readonly answers: Acknowledged[] = [];
  readonly refused: Refused[] = [];
  /** Times a connection broke, or nothing was said. */
  broken = 0;
  private abandoned = false;
  private readonly over = new AbortController();
  private readonly running: Promise<unknown>;
  private readonly began = performance.now();
  private started = 0;
  private seconds = 0;

  constructor(private readonly options: LoadOptions) {
    setMaxListeners(0, this.over.signal);
    const agent = keptConnections(options.writers);
    const writers = Array.from({ length: options.writers }, (_, writer) => this.write(writer, agent));
    this.running = Promise.all(writers).finally(() => {
      this.seconds = (performance.now() - this.began) / 1_000;
      agent.destroy();
    });
  }

  /** How many were acknowledged after more than one try. */
  get repeated(): number {
    return this.answers.filter(({ tries }) => tries > 1).length;
  }

  /** Acknowledged calls a second, over the whole of it. */
  get perSecond(): number {
    return Math.round(this.answers.length / (this.seconds || (performance.now() - this.began) / 1_000));
  }

  /** Resolves when that many more are acknowledged than now. */
  async more(count: number, timeoutMs = 120_000 + count * 40): Promise<void> {
    const wanted = this.answers.length + count;
    await until(() => this.answers.length >= wanted, { timeoutMs, what: `${wanted} acknowledged calls` });
  }

  /** No new calls; every one that was begun is answered before it resolves. */
  async stop(): Promise<void> {
    this.over.abort();
    await this.running;
  }

  /** No new calls, and no repeats: what was not answered stays unknown. */
  async abandon(): Promise<void> {
    this.abandoned = true;
    await this.stop();
  }

  /** Resolves when every writer is done. */
  done(): Promise<unknown> {
    return this.running;
  }

  private async write(writer: number, agent: ReturnType<typeof keptConnections>): Promise<void> {
    for (let count = 0; !this.over.signal.aborted; count += 1) {
      await this.turn();
      const call = this.options.next(writer, count);
      if (!call) return;
      await this.surely(call, writer, agent);
    }
  }

  /** Waits for this call's place in the rate. */
  private async turn(): Promise<void> {
    const { perSecond } = this.options;
    if (!perSecond) return;
    const due = this.began + (this.started / perSecond) * 1_000;
    this.started += 1;
    const wait = due - performance.now();
    if (wait > 0) await pause(wait, undefined, { signal: this.over.signal }).catch(() => undefined);
  }

  private async surely(call: Call, writer: number, agent: ReturnType<typeof keptConnections>): Promise<void> {
    const { urls } = this.options;
    const url = new URL(call.path, urls[writer % urls.length]);
    const idempotencyKey = randomUUID();
    const outgoing = { headers: { authorization: `Bearer ${call.key}`, 'idempotency-key': idempotencyKey }, body: JSON.stringify(call.body) };
    const end = performance.now() + PATIENCE_MS;
    for (let tries = 1; performance.now() < end && !this.abandoned; tries += 1) {
      const said = await send(agent, url, outgoing);
      if ('broken' in said) this.broken += 1;
      else if (said.status < 300) return void this.answers.push({ ...call, idempotencyKey, ...said, tries });
      else if (this.note(said)) return;
      await pause(AGAIN_MS[Math.min(tries, AGAIN_MS.length) - 1]);
    }
    if (!this.abandoned) throw new Error(`no answer to ${call.path} within ${PATIENCE_MS} ms`);
  }

  /** True where a repeat would be of no use. */
  private note({ status, text }: { status: number; text: string }): boolean {
    const inFlight = status === 409 && text.includes('idempotency_in_flight');
    if (!inFlight) this.refused.push({ status, text, at: performance.now() });
    return status < 500 && !inFlight;
  }
}
