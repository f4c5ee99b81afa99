import { Counter, Gauge, type Metric, type Registry } from 'prom-client';
import { BUCKETS, type Counted, type ListedWebhook } from '#webhooks';

interface Sources {
  counts: () => Promise<Counted[]>;
  list: () => Promise<Map<string, ListedWebhook>>;
}

const NAME = 'samtycke_webhook_seconds';

function samplesOf({ system, outcome, deliveries, seconds, buckets }: Counted): object[] {
  const labels = { system, outcome };
  const bounded = BUCKETS.map((le, at) => ({ metricName: `${NAME}_bucket`, labels: { ...labels, le }, value: buckets[at] ?? 0 }));
  const whole = { metricName: `${NAME}_bucket`, labels: { ...labels, le: '+Inf' }, value: deliveries };
  return [...bounded, whole, { metricName: `${NAME}_sum`, labels, value: seconds }, { metricName: `${NAME}_count`, labels, value: deliveries }];
}

/** A histogram that was counted elsewhere: prom-client's own can only observe. The same in every process, hence the aggregator. */
const countedHistogram = (counts: Sources['counts']): unknown => ({
  name: NAME,
  get: async () => ({ name: NAME, help: 'How long tries to deliver to webhooks took', type: 'histogram', aggregator: 'max', values: (await counts().catch(() => [])).flatMap(samplesOf) }),
  reset: () => undefined,
});

/** How deliveries to webhooks went, as the worker counted it; asked of the database at each scrape. */
export function webhookMetrics(registry: Registry, { counts, list }: Sources): void {
  const registers = [registry];
  new Counter({
    name: 'samtycke_webhook_deliveries_total',
    help: 'Tries to deliver an event to a webhook: delivered, refused (another status), gone (410) or unreachable (no status)',
    labelNames: ['system', 'outcome'],
    registers,
    aggregator: 'max',
    async collect() {
      this.reset();
      for (const { system, outcome, deliveries } of await counts().catch(() => [])) this.inc({ system, outcome }, deliveries);
    },
  });
  const gauge = (name: string, help: string, value: (hook: ListedWebhook) => number): unknown =>
    new Gauge({
      name,
      help,
      labelNames: ['system'],
      registers,
      aggregator: 'max',
      async collect() {
        this.reset();
        for (const [system, hook] of await list().catch(() => new Map<string, ListedWebhook>())) this.set({ system }, value(hook));
      },
    });
  gauge('samtycke_webhook_waiting', 'Events that wait to be delivered to a webhook', ({ waiting }) => waiting);
  gauge('samtycke_webhook_parked', 'Events that could not be delivered to a webhook for three days, or that its receiver parked', ({ parked }) => parked);
  gauge('samtycke_webhook_disabled', '1 where the receiver answered 410 Gone', ({ state }) => (state === 'disabled' ? 1 : 0));
  registry.registerMetric(countedHistogram(counts) as Metric);
}
