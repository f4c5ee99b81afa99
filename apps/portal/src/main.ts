import { readConfig } from './config/read-config.js';
import { startPortal, type RunningPortal } from './start-portal.js';

const MUST_END_MS = 5_000;

function endWith(portal: RunningPortal): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), MUST_END_MS).unref();
    portal.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
}

try {
  const portal = await startPortal(readConfig());
  endWith(portal);
  process.send?.({ ready: true });
} catch (error) {
  console.error(JSON.stringify({ level: 'fatal', app: 'portal', msg: (error as Error).message }));
  process.exit(1);
}
