import { readConfig } from './config/read-config.js';
import { startWebsite, type RunningWebsite } from './start-website.js';

const MUST_END_MS = 5_000;

function endWith(website: RunningWebsite): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), MUST_END_MS).unref();
    website.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
  process.on('disconnect', end);
}

try {
  const website = await startWebsite(readConfig());
  endWith(website);
  process.send?.({ ready: true });
} catch (error) {
  console.error(JSON.stringify({ level: 'fatal', app: 'website', msg: (error as Error).message }));
  process.exit(1);
}
