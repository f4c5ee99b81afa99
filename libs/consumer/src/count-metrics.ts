import type { ConsumerHealth, ConsumerMetric } from './options.js';

/** Seconds; of the transactions' durations. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const OUTCOMES = { applied: 'applied', repeat: 'repeat', notMine: 'not-mine', parked: 'parked' } as const;

type Labels = Record<string, string>;
type Sample = [name: string, labels: Labels, value: number];

const written = ([name, labels, value]: Sample): string => {
  const inside = Object.entries(labels).map(([label, held]) => `${label}="${held.replace(/["\\\n]/g, '_')}"`);
  return `${name}{${inside.join(',')}} ${value}`;
};

const family = (name: string, type: string, help: string, samples: Sample[]): string =>
  samples.length === 0 ? '' : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(written), ''].join('\n');

function gauges(system: string, health: ConsumerHealth): string[] {
  const gauge = (name: string, help: string, value: number | undefined): string => {
    const full = `samtycke_consumer_${name}`;
    return family(full, 'gauge', help, value === undefined ? [] : [[full, { system }, value]]);
  };
  const missing = health.log?.missing.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return [
    gauge('ready', 'Whether it knows the state, and has applied what lay in its partitions when it was given them.', Number(health.ready)),
    gauge('lag', 'Messages behind the end of the events topic, of the partitions of this instance.', health.lag),
    gauge('unacknowledged', 'Acknowledgements that wait to be sent.', health.unacknowledged),
    gauge('log_complete_to', 'Every log index up to this one has been seen by the system.', health.log?.completeTo),
    gauge('log_missing', 'Log indices that are missing from the topic.', missing),
  ];
}

export interface Metrics {
  count(metric: ConsumerMetric): void;
  text(health: ConsumerHealth): string;
}

/** Counts what one instance does. */
export function createMetrics(system: string): Metrics {
  const messages = new Map<string, number>();
  const buckets = BOUNDS.map(() => 0);
  let sum = 0;
  let count = 0;

  function durations(): Sample[] {
    const name = 'samtycke_consumer_transaction_seconds';
    const bounded = BOUNDS.map((bound, at): Sample => [`${name}_bucket`, { system, le: String(bound) }, buckets[at] ?? 0]);
    return [...bounded, [`${name}_bucket`, { system, le: '+Inf' }, count], [`${name}_sum`, { system }, sum], [`${name}_count`, { system }, count]];
  }

  return {
    count: (metric) => {
      for (const [key, outcome] of Object.entries(OUTCOMES)) {
        const name = `${metric.topic} ${outcome}`;
        messages.set(name, (messages.get(name) ?? 0) + metric[key as keyof typeof OUTCOMES]);
      }
      const seconds = metric.tookMs / 1_000;
      BOUNDS.forEach((bound, at) => (buckets[at] = (buckets[at] ?? 0) + Number(seconds <= bound)));
      sum += seconds;
      count += 1;
    },
    text: (health) => {
      const counted = [...messages].map(([name, value]): Sample => {
        const [topic = '', outcome = ''] = name.split(' ');
        return ['samtycke_consumer_messages_total', { system, topic, outcome }, value];
      });
      return [
        family('samtycke_consumer_messages_total', 'counter', 'Messages by what became of them.', counted),
        family('samtycke_consumer_transaction_seconds', 'histogram', 'From the start of a transaction to its commit.', durations()),
        ...gauges(system, health),
      ].join('');
    },
  };
}
