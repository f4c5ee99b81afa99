import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const AGAIN_MS = 1_000;

async function listenOnce(url: string, channel: string, heard: () => void, stop: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: `samtycke-listen-${channel}`, keepAlive: true });
  const ended = new Promise<void>((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
  client.on('notification', heard);
  try {
    await client.connect();
    await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    heard();
    await ended;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Calls `heard` at each notification, and after each new connection, until `stop`. What it misses a poll must find. */
export async function listen(url: string, channel: string, heard: () => void, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await listenOnce(url, channel, heard, stop).catch(() => undefined);
    await sleep(AGAIN_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
