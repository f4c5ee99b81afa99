import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AggregatorRegistry, type PrometheusContentType } from 'prom-client';

const AGAIN_MS = 500;
const END_WITHIN_MS = 4_500;

interface Message {
  ready?: boolean;
  /** A process is asked for the metrics of all. */
  metrics?: number;
}

/** Answers a process that was scraped with the metrics of all of them. */
async function answerMetrics(worker: Worker, number: number, registry: AggregatorRegistry<PrometheusContentType>): Promise<void> {
  const text = await registry.clusterMetrics().catch(() => undefined);
  if (worker.isConnected()) worker.send({ metrics: number, text });
}

/**
 * Several processes of the api behind one address, so that it uses more than one core. Each appends by itself: what two of
 * them do to one person is settled by the ledger's compare-and-set. One that dies is replaced; the others go on. One that
 * cannot start at all has said why, and ends them all.
 */
export async function preside(count: number, log: Logger): Promise<void> {
  const registry = new AggregatorRegistry<PrometheusContentType>();
  let stopping = false;
  let settled = false;

  const begin = async (): Promise<void> => {
    const worker = cluster.fork();
    let served = false;
    worker.on('message', (message: Message) => {
      if (message.metrics !== undefined) void answerMetrics(worker, message.metrics, registry);
    });
    worker.once('exit', (code, signal) => {
      if (stopping || !(settled || served)) return;
      log.error({ code, signal }, 'a process of the api has ended; another one takes its place');
      void again();
    });
    const ready = new Promise<void>((resolve) => worker.on('message', (message: Message) => message.ready && (served = true) && resolve()));
    const gone = once(worker, 'exit').then(() => 'gone');
    if ((await Promise.race([ready, gone])) === 'gone' && !settled && !stopping) process.exit(1);
  };

  const again = async (): Promise<void> => {
    await sleep(AGAIN_MS);
    if (!stopping) await begin();
  };

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    const exits = workers.map((worker) => once(worker, 'exit'));
    for (const worker of workers) worker.process.kill('SIGTERM');
    await Promise.race([Promise.all(exits), sleep(END_WITHIN_MS, undefined, { ref: false })]);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, () => void stop());

  await Promise.all(Array.from({ length: count }, begin));
  settled = true;
  process.send?.({ ready: true });
}
