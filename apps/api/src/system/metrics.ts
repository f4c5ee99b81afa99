import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { KeyEnd } from '#access';
import type { CanaryResult } from '#propagation';
import { shareMetrics } from './scrape.js';

/** Prometheus metrics of the api. Labels are routes, codes and purposes' outcomes, never people. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly requests: Histogram;
  private readonly batches: Histogram;
  private readonly events: Counter;
  private readonly steps: Counter;
  private readonly heldOnes: Counter;
  private readonly refusedGrants: Counter;
  private readonly refusals: Counter;
  private readonly linkViews: Counter;
  private readonly uncountedOnes: Counter;

  constructor() {
    const registers = [this.registry];
    shareMetrics(this.registry);
    collectDefaultMetrics({ register: this.registry });
    const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
    this.requests = new Histogram({ name: 'samtycke_http_seconds', help: 'Duration of requests', labelNames: ['method', 'route', 'status'], buckets: seconds, registers });
    this.batches = new Histogram({ name: 'samtycke_append_batch_calls', help: 'Calls in one append', buckets: [1, 2, 5, 10, 20, 50, 100], registers });
    this.events = new Counter({ name: 'samtycke_events_total', help: 'Events written', registers });
    this.steps = new Counter({ name: 'samtycke_append_seconds_total', help: 'Time spent in appends, by step', labelNames: ['step'], registers });
    this.heldOnes = new Counter({ name: 'samtycke_held_withdrawals_total', help: 'Withdrawals from websites that were held', registers });
    this.refusals = new Counter({ name: 'samtycke_refusals_total', help: 'Visitors of a site who refused and have no id', labelNames: ['site'], registers });
    this.linkViews = new Counter({ name: 'samtycke_link_views_total', help: 'Links in mails that were fetched, by people and by mail scanners; nothing changes by it', labelNames: ['link', 'method'], registers });
    this.uncountedOnes = new Counter({ name: 'samtycke_uncounted_total', help: 'What websites told for the statistics above the limit of its source: not counted there', registers });
    this.refusedGrants = new Counter({ name: 'samtycke_too_many_requests_total', help: 'Grants and requests from websites above their limit', registers });
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.requests.labels(method, route, String(status)).observe(seconds);
  }

  batch({ calls, events, readMs, decideMs, writeMs }: { calls: number; events: number; readMs: number; decideMs: number; writeMs: number }): void {
    this.batches.observe(calls);
    this.events.inc(events);
    this.steps.labels('read').inc(readMs / 1000);
    this.steps.labels('decide').inc(decideMs / 1000);
    this.steps.labels('write').inc(writeMs / 1000);
  }

  /** Calls that wait for the next append. */
  waiting(count: () => number): void {
    const help = 'Calls that wait for the next append';
    new Gauge({ name: 'samtycke_append_waiting', help, registers: [this.registry], collect() { this.set(count()); } });
  }

  held(): void {
    this.heldOnes.inc();
  }

  refusal(site: string): void {
    this.refusals.labels(site).inc();
  }

  linkOpened(link: string, method: string): void {
    this.linkViews.labels(link, method).inc();
  }

  uncounted(): void {
    this.uncountedOnes.inc();
  }

  tooMany(): void {
    this.refusedGrants.inc();
  }

  /** Withdrawals on which a system has not acted after its deadline; asked of the database at each scrape. */
  overdue(count: () => Promise<Map<string, number>>): void {
    const help = 'Withdrawals that a system has not acknowledged by its deadline';
    new Gauge({
      name: 'samtycke_overdue_acknowledgements',
      help,
      labelNames: ['system'],
      registers: [this.registry],
      aggregator: 'max',
      async collect() {
        this.reset();
        for (const [system, overdue] of await count().catch(() => new Map<string, number>())) this.set({ system }, overdue);
      },
    });
  }

  /** Whether the relay found that systems were told of what the ledger has lost; asked of the database at each scrape. */
  lost(found: () => Promise<boolean>): void {
    new Gauge({
      name: 'samtycke_lost_events_found',
      help: 'Whether events were sent that the ledger does not hold, and samtycke recover has not settled them',
      registers: [this.registry],
      aggregator: 'max',
      async collect() {
        const is = await found().catch(() => undefined);
        if (is !== undefined) this.set(Number(is));
      },
    });
  }

  /** For how long the log has not been signed to its end, as the relay does; asked of the database at each scrape. */
  unsigned(read: () => Promise<number>): void {
    new Gauge({
      name: 'samtycke_log_unsigned_seconds',
      help: 'How long ago the first event was recorded that no checkpoint commits to, with an index or still without; 0 where each is signed',
      registers: [this.registry],
      aggregator: 'max',
      async collect() {
        this.set(await read().catch(() => NaN));
      },
    });
  }

  /** When keys end that are not revoked; asked of the database at each scrape. Owners are systems and sites. */
  keysEnd(read: () => Promise<KeyEnd[]>): void {
    new Gauge({
      name: 'samtycke_key_expires_timestamp_seconds',
      help: 'When a key ends that is not revoked; gone 30 days after',
      labelNames: ['key', 'owner', 'kind'],
      registers: [this.registry],
      aggregator: 'max',
      async collect() {
        this.reset();
        for (const { id, owner, kind, expiresAt } of await read().catch(() => [])) this.set({ key: id, owner, kind }, expiresAt.getTime() / 1_000);
      },
    });
  }

  /** What became of the canary's withdrawals, by system; asked of the database at each scrape. */
  canary(read: () => Promise<Map<string, CanaryResult>>): void {
    const gauge = (name: string, help: string, valueOf: (result: CanaryResult) => number | undefined): Gauge =>
      new Gauge({
        name,
        help,
        labelNames: ['system'],
        registers: [this.registry],
        aggregator: 'max',
        async collect() {
          this.reset();
          for (const [system, result] of await read().catch(() => new Map<string, CanaryResult>())) {
            const value = valueOf(result);
            if (value !== undefined) this.set({ system }, value);
          }
        },
      });
    gauge('samtycke_canary_seconds', 'How long the system took to act on the last withdrawal of the canary that it acted on in time', ({ afterMs }) => afterMs === undefined ? undefined : afterMs / 1000);
    gauge('samtycke_canary_failing', 'Whether the system did not act on the last withdrawal of the canary in time', ({ failing }) => Number(failing));
    new Counter({
      name: 'samtycke_canary_failures_total',
      help: 'Withdrawals of the canary on which the system did not act in time',
      labelNames: ['system'],
      registers: [this.registry],
      aggregator: 'max',
      async collect() {
        this.reset();
        for (const [system, { failures }] of await read().catch(() => new Map<string, CanaryResult>())) this.inc({ system }, failures);
      },
    });
    gauge('samtycke_canary_last_success_timestamp_seconds', 'When the last withdrawal of the canary was recorded on which the system acted in time', ({ succeededAt }) => succeededAt === undefined ? undefined : Date.parse(succeededAt) / 1000);
  }

  /** Held withdrawals that wait for a word; asked of the database at each scrape, so the same in every process. */
  heldWaiting(count: () => Promise<number>): void {
    const help = 'Held withdrawals that wait to be released';
    new Gauge({ name: 'samtycke_held_withdrawals_waiting', help, registers: [this.registry], aggregator: 'max', async collect() { this.set(await count().catch(() => NaN)); } });
  }
}
