import { Counter, Registry } from 'prom-client';

export const COUNTERS = Symbol('counters');

/** The site's own figures, for GET /metrics. */
export interface Counters {
  registry: Registry;
  /** Refusals of all cookies by visitors without a device id, since this program started. */
  refusals: Counter;
}

export function createCounters(): Counters {
  const registry = new Registry();
  const refusals = new Counter({ name: 'samtycke_website_refusals_total', help: 'Visitors without a device id who refused all cookies', registers: [registry] });
  return { registry, refusals };
}
