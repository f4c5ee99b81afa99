import type { Consumer } from './options.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * On SIGTERM or SIGINT stops the consumer (what is under way is finished and acknowledged, within 5 s), then runs
 * `afterwards` (end the pool, close servers), and lets the process end by itself; a second signal ends it at once. What
 * `afterwards` throws ends it with code 1. The result takes the listeners away again.
 */
export function stopOnSignal(consumer: Pick<Consumer, 'stop'>, afterwards: () => Promise<unknown> | void = () => undefined): () => void {
  const off = (): void => SIGNALS.forEach((signal) => void process.off(signal, hear));
  const hear = (): void => {
    off();
    consumer.stop().then(afterwards).catch((error: unknown) => {
      process.exitCode = 1;
      console.error(error);
    });
  };
  SIGNALS.forEach((signal) => void process.on(signal, hear));
  return off;
}
