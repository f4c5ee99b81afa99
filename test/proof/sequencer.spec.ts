import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPool, KEYED_LOOKUPS } from '#database';
import { newHolderId } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { until } from '#testing';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { proofWorld, type ProofWorld } from './world.js';

let world: ProofWorld;
beforeAll(async () => {
  world = await proofWorld();
}, 60_000);
afterAll(async () => {
  await world.close();
});

const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sequencer' AND datname = current_database()`;

/** One sequencer's life: it leads, gives indices, signs, so many times over, and is cut off from the database at a moment after that which nobody chose. */
async function life(rounds: number, patience: number): Promise<void> {
  const { fresh, folder } = world;
  const pool = createPool({ url: fresh.url, name: 'sequencer', max: 3, settings: KEYED_LOOKUPS });
  const over = new AbortController();
  let done = 0;
  const working = (async () => {
    const { fencing } = (await new Lease(pool, fresh.id, 'relay', newHolderId()).take()) ?? { fencing: '' };
    const writer = new CheckpointWriter({ pool, ledger: fresh.id, keyring: fresh.keyring, folder, clock: Date.now });
    while (!over.signal.aborted) {
      await sequencePage(pool, fresh.id, fencing);
      await writer.step({ fencing, leads: () => true });
      done += 1;
    }
  })().catch(() => undefined);
  await until(() => done >= rounds, { timeoutMs: 30_000, what: `${rounds} rounds of a sequencer` });
  await new Promise((resolve) => setTimeout(resolve, patience));
  await world.attacker.query(CUT);
  over.abort();
  await working;
  await pool.end();
  await world.attacker.query(`UPDATE leases SET expires_at = '-infinity' WHERE role = 'relay'`);
}

test('a sequencer that is cut off fifty times in the middle of its work gives every event one index, and what was signed stays true', async () => {
  let over = false;
  const writing = (async () => {
    while (!over) await Promise.all(Array.from({ length: 8 }, () => world.decide(['grant', 'withdraw'])));
  })();
  const kept: string[] = [];
  for (let cut = 0; cut < 50; cut += 1) {
    await life(cut % 3, 10 + ((cut * 37) % 190));
    const signed = await world.folder.checkpoint();
    if (signed !== undefined && signed !== kept.at(-1)) kept.push(signed);
  }
  over = true;
  await writing;
  await world.publish();
  expect(kept.length).toBeGreaterThan(10);
  const [{ rows: counts }] = [await world.fresh.pool.query<{ events: string; leaves: string; waiting: string }>('SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM leaves) AS leaves, (SELECT count(*) FROM outbox) AS waiting')];
  expect(counts[0]).toEqual({ events: counts[0]?.events, leaves: counts[0]?.events, waiting: '0' });
  for (const signed of [kept[0], kept[Math.floor(kept.length / 2)], kept.at(-1)]) expect(await world.audit({ evidence: false, kept: signed })).toEqual([]);
}, 180_000);
