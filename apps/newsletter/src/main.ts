import { readConfig } from './config/read-config.js';
import { createLog } from './http/log.js';
import { startNewsletter, type RunningNewsletter } from './start-newsletter.js';

const MUST_END_MS = 5_000;
const log = createLog(process.env.LOG_LEVEL || 'info');

function endWith(newsletter: RunningNewsletter): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), MUST_END_MS).unref();
    newsletter.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(signal, end);
}

try {
  const newsletter = await startNewsletter(readConfig());
  endWith(newsletter);
  process.send?.({ ready: true });
} catch (error) {
  log.fatal({ reason: (error as Error).message }, 'the newsletter could not start');
  process.exit(1);
}
