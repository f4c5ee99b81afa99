import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

const LIMIT_MS = 3_000;
const waiting = new Map<number, (text: string | undefined) => void>();
let asked = 0;

interface Answer {
  metrics?: number;
  text?: string;
}

function hear(message: Answer): void {
  if (message.metrics === undefined) return;
  waiting.get(message.metrics)?.(message.text);
  waiting.delete(message.metrics);
}

/** Makes this process's metrics part of what `scrape` gathers from all processes. */
export function shareMetrics(registry: Registry): void {
  if (!cluster.isWorker) return;
  AggregatorRegistry.setRegistries([registry]);
  process.on('message', (message) => hear(message as Answer));
}

/** The metrics of all processes of the api; of this one alone where the others do not answer in time. */
export async function scrape(registry: Registry): Promise<string> {
  if (!cluster.isWorker) return registry.metrics();
  const number = (asked += 1);
  const text = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
    waiting.set(number, (found) => {
      clearTimeout(timer);
      resolve(found);
    });
    process.send?.({ metrics: number });
  });
  waiting.delete(number);
  return text ?? registry.metrics();
}
