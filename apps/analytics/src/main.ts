import { readConfig } from './config/read-config.js';
import { startAnalytics, type RunningAnalytics } from './start-analytics.js';

const MUST_END_MS = 5_000;

function endWith(analytics: RunningAnalytics): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), MUST_END_MS).unref();
    analytics.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
}

try {
  const analytics = await startAnalytics(readConfig());
  endWith(analytics);
  process.send?.({ ready: true });
} catch (error) {
  console.error(JSON.stringify({ level: 'fatal', app: 'analytics', msg: (error as Error).message }));
  process.exit(1);
}
