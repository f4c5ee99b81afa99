import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '#testing';
import { keepView } from '../../apps/analytics/src/store/keep-view.js';
import { sweep } from '../../apps/analytics/src/store/sweep.js';
import { createAnalyticsWorld, SEGMENTATION, STATISTICS, type AnalyticsWorld } from './analytics-world.js';

let analytics: AnalyticsWorld;
beforeAll(async () => {
  analytics = await createAnalyticsWorld();
});
afterAll(() => analytics.close());

/** Sessions of this database that wait for a lock. */
async function blocked(): Promise<number> {
  const { rows } = await analytics.world.pool.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows[0]?.n ?? 0;
}

/** Views and segments that stand although the state, in the same snapshot, does not allow them. */
async function forbidden(): Promise<number> {
  const { rows } = await analytics.world.pool.query<{ n: number }>(`
    SELECT (SELECT count(*) FROM analytics.views v JOIN samtycke_consumer.consent_state s ON s.person = v.device AND s.purpose = '${STATISTICS}' WHERE NOT s.allowed)::int
      + (SELECT count(*) FROM analytics.profiles p JOIN samtycke_consumer.consent_state s ON s.person = p.device WHERE NOT s.allowed)::int AS n`);
  return rows[0]?.n ?? 0;
}

describe('a page view that races with a withdrawal', () => {
  test('and is stored first makes the withdrawal wait, and is deleted by it', async () => {
    const { world, grant, withdraw, apply, views } = analytics;
    const device = randomUUID();
    await apply(grant(device));
    const client = await world.pool.connect();
    await client.query('BEGIN');
    expect(await keepView(client as unknown as typeof world.pool, { device, path: '/', at: new Date() })).toBe(true);
    const withdrawal = withdraw(device);
    await world.writer.send(withdrawal);
    await until(async () => (await blocked()) === 1, { what: 'the withdrawal to wait for the view' });
    await client.query('COMMIT');
    client.release();
    await world.acknowledged(withdrawal);
    expect(await views(device)).toBe(0);
  });

  test('and comes while the withdrawal is being applied waits for it, and is not stored', async () => {
    const { world, grant, withdraw, apply, collect, views } = analytics;
    const device = randomUUID();
    await apply(grant(device));
    await collect(device);
    const client = await world.pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM analytics.totals FOR UPDATE');
    const withdrawal = withdraw(device);
    await world.writer.send(withdrawal);
    await until(async () => (await blocked()) === 1, { what: 'the withdrawal to be halfway' });
    const late = collect(device, '/late');
    await until(async () => (await blocked()) === 2, { what: 'the view to wait for the withdrawal' });
    await client.query('COMMIT');
    client.release();
    expect(await late).toBe(202);
    await world.acknowledged(withdrawal);
    expect(await views(device)).toBe(0);
  });

  test('in a storm of both never stands beside a state that forbids it, at no instant, and nothing of it is left', async () => {
    const { world, grant, withdraw, apply, collect, views } = analytics;
    const devices = Array.from({ length: 12 }, () => randomUUID());
    let storming = true;
    let looks = 0;
    let taken = 0;
    const visit = async (device: string): Promise<void> => {
      while (storming) {
        expect(await collect(device, '/storm')).toBe(202);
        taken += 1;
      }
    };
    const watch = async (): Promise<void> => {
      while (storming) {
        expect(await forbidden()).toBe(0);
        looks += 1;
      }
    };
    const tidy = async (): Promise<void> => {
      while (storming) await sweep(world.pool);
    };
    const others = Promise.all([...devices.map(visit), watch(), tidy()]);
    try {
      for (let round = 0; round < 12; round += 1) {
        const change = round % 2 ? withdraw : grant;
        await apply(...devices.flatMap((device) => [change(device, SEGMENTATION), change(device)]));
      }
    } finally {
      storming = false;
    }
    await others;
    for (const device of devices) expect(await views(device)).toBe(0);
    expect(await forbidden()).toBe(0);
    const { rows } = await world.pool.query<{ deleted: string }>('SELECT views_deleted AS deleted FROM analytics.totals');
    expect(Number(rows[0]?.deleted)).toBeGreaterThan(devices.length);
    expect(looks).toBeGreaterThan(20);
    expect(taken).toBeGreaterThan(100);
    expect(await world.dead()).toEqual([]);
  });
});
