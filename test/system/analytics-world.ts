import type { After, EventType, LedgerEvent } from '#contracts';
import { until } from '#testing';
import { readConfig } from '../../apps/analytics/src/config/read-config.js';
import { startAnalytics, type RunningAnalytics } from '../../apps/analytics/src/start-analytics.js';
import type { Summary } from '../../apps/analytics/src/summary/summary.js';
import { createWorld, type World } from './consumer-world.js';

export const SITE = 'http://127.0.0.1:8082';
export const STATISTICS = 'statistics';
export const SEGMENTATION = 'analytics-segmentation';

/** The analytics on a database and topics of one test file alone, and what the ledger's relay would send it. */
export interface AnalyticsWorld {
  world: World;
  url: string;
  collect(device: string | undefined, path?: string, more?: object): Promise<number>;
  views(device: string): Promise<number>;
  summary(): Promise<Summary>;
  grant(device: string, purpose?: string, after?: After): LedgerEvent;
  withdraw(device: string, purpose?: string): LedgerEvent;
  /** Sends events and waits until the analytics have acknowledged them. */
  apply(...events: LedgerEvent[]): Promise<void>;
  /** Ends the running analytics and starts them again on the same data; `between` runs while they are down. */
  restart(between?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const stamp = (time: number): string => `${new Date(time).toISOString().slice(0, -1)}000Z`;

/** What a program is told by its environment. */
export const analyticsEnv = ({ database, topics }: World): Record<string, string> => ({
  DATABASE_URL: database.url,
  KAFKA_BROKERS: topics.brokers,
  KAFKA_TOPIC_PREFIX: topics.prefix,
  ANALYTICS_PORT: '0',
  WEBSITE_URL: SITE,
  LOG_LEVEL: 'silent',
});

export async function createAnalyticsWorld(): Promise<AnalyticsWorld> {
  const world = await createWorld();
  let running: RunningAnalytics;
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${running.url}${path}`)).json()) as T;
  const start = async (): Promise<void> => {
    running = await startAnalytics(readConfig(analyticsEnv(world)));
    await until(async () => (await get<Summary>('/api/summary')).following === 'following', { timeoutMs: 30_000, what: 'the analytics to follow' });
  };
  const event = (device: string, type: EventType, purpose: string, after: After, more: Partial<LedgerEvent> = {}): LedgerEvent => {
    const now = stamp(Date.now());
    return world.writer.next(device, { type, purpose, kind: 'device', occurredAt: now, recordedAt: now, after: { since: now, ...after }, ...more });
  };
  await start();
  return {
    world,
    get url() {
      return running.url;
    },
    collect: async (device, path = '/', more = {}) => {
      const body = JSON.stringify({ ...(device && { device }), path, ...more });
      return (await fetch(`${running.url}/collect`, { method: 'POST', headers: { 'content-type': 'application/json', origin: SITE }, body })).status;
    },
    views: async (device) => (await get<{ views: number }>(`/api/devices/${device}`)).views,
    summary: () => get<Summary>('/api/summary'),
    grant: (device, purpose = STATISTICS, after = {}) => event(device, 'consent-granted', purpose, { status: 'given', allowed: true, ...after }, { decision: 'grant' }),
    withdraw: (device, purpose = STATISTICS) => event(device, 'consent-withdrawn', purpose, { status: 'withdrawn', allowed: false }, { decision: 'withdraw', reason: 'person' }),
    apply: async (...events) => {
      await world.writer.send(...events);
      await world.acknowledged(...events);
    },
    restart: async (between) => {
      await running.stop();
      await between?.();
      await start();
    },
    close: async () => {
      await running.stop();
      await world.close();
    },
  };
}
