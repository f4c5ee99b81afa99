import { cp, rename, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { DatabaseBehind, Freshness, newHolderId } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { newestSent } from '#recovery';
import { until } from '#testing';
import { lostWorld, type LostWorld } from './lost-world.js';

let lost: LostWorld;
beforeEach(async () => {
  lost = await lostWorld();
}, 120_000);
afterEach(async () => {
  await lost.close();
  await rm(newest(), { recursive: true, force: true });
});

const newest = (): string => `${lost.world.root}-newest`;
const freshness = (): Promise<unknown> => new Freshness({ pool: lost.world.fresh.pool, ledger: lost.world.fresh.id, outside: () => lost.world.folder.size() }).demand().catch((error: unknown) => error);
const sentSize = async (): Promise<number> => {
  const { topics, world } = lost;
  const kafka = new Kafka({ brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING });
  return (await newestSent({ kafka, topic: topics.names.checkpoints, group: `${topics.prefix}test`, origin: world.fresh.keyring.origin, verifiers: [world.fresh.keyring.log.verifier] }))?.size ?? 0;
};
const sentAll = () => until(async () => (await sentSize()) === (await lost.world.folder.size()), { timeoutMs: 30_000, what: 'the newest checkpoint on Kafka' });

async function putNewest(): Promise<void> {
  await rm(lost.world.root, { recursive: true });
  await cp(newest(), lost.world.root, { recursive: true });
}

/** Database and log of one night, put back together; Kafka has what came after. The newest log is kept aside. */
async function yesterday(): Promise<{ leaver: string; behind: ReturnType<LostWorld['relay']> }> {
  const { world, relay, signedAll } = lost;
  const first = relay();
  const leaver = await world.decide(['grant'], { email: 'leaver@example.se' });
  await signedAll();
  const restore = await lost.keep();
  await world.decide(['withdraw'], { person: leaver });
  await world.decide(['grant']);
  await signedAll();
  await sentAll();
  await first.stop();
  await cp(world.root, newest(), { recursive: true });
  await restore();
  return { leaver, behind: relay() };
}

describe('a database and a log that were put back from one backup', () => {
  beforeEach(async () => {
    expect(await freshness()).toBeUndefined();
  });

  test('are told from the newest by what lies on Kafka: everything is closed until the newest log is back', async () => {
    const { leaver, behind } = await yesterday();
    const { world, recover, sql, signedAll } = lost;
    await until(async () => (await freshness()) instanceof DatabaseBehind, { timeoutMs: 30_000, what: 'the ledger to be closed' });
    expect(String(await freshness())).toMatch(/a checkpoint of \d+ was sent[^]*--log-lost/);
    await until(() => behind.said.some((line) => line.includes('it is an old backup')), { timeoutMs: 10_000, what: 'the word of the relay' });
    const [before] = await sql('SELECT count(*) FROM leaves');

    const older = await recover();
    expect([older.code, older.stderr]).toEqual([2, expect.stringMatching(/ends at \d+ events, and a checkpoint of \d+ was sent[^]*older copy/)]);
    expect(await sql('SELECT count(*) FROM leaves')).toEqual([before]);

    await putNewest();
    const done = await recover();
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(await freshness()).toBeUndefined();
    expect(await sql(`SELECT status FROM heads WHERE person = $1 AND purpose = 'newsletter'`, [leaver])).toEqual([{ status: 'withdrawn' }]);
    await world.decide(['grant']);
    await signedAll();
    await sentAll();
    expect(await world.audit({ evidence: false })).toEqual([]);
  }, 180_000);

  test.each([
    ['what is there', async () => undefined],
    ['the database alone, where no folder is left,', async () => rm(lost.world.root, { recursive: true })],
  ])('go on from %s where an operator says that the newest log is lost: what was sent is settled, and closes nothing any more', async (_what, happen) => {
    const { leaver } = await yesterday();
    const { world, relay, recover, sql, signedAll } = lost;
    await until(async () => (await freshness()) instanceof DatabaseBehind, { timeoutMs: 30_000, what: 'the ledger to be closed' });
    await happen();
    expect((await recover('--log-lost', '--dry-run')).code).toBe(0);
    expect(await freshness()).toBeInstanceOf(DatabaseBehind);
    const done = await recover('--log-lost');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/consent-withdrawn, was sent and is lost: withdrawn here too/);
    expect(await freshness()).toBeUndefined();
    expect(await sql(`SELECT status FROM heads WHERE person = $1 AND purpose = 'newsletter'`, [leaver])).toEqual([{ status: 'withdrawn' }]);
    await signedAll();
    await sentAll();
    await lost.endRelays();
    const next = relay();
    await world.decide(['grant']);
    await signedAll();
    await sentAll();
    expect(next.said).toEqual([]);
  }, 180_000);

  const leaves = async (): Promise<number> => Number((await lost.sql<{ n: string }>('SELECT count(*) AS n FROM leaves'))[0]?.n);
  async function giveIndices(): Promise<void> {
    const { pool, id } = lost.world.fresh;
    await pool.query(`UPDATE leases SET expires_at = '-infinity' WHERE role = 'relay'`);
    const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
    while ((await sequencePage(pool, id, fencing)).length > 0);
  }

  test.each([
    ['signed it', () => lost.world.publish()],
    ['gave it indices alone', giveIndices],
  ])('sign and send nothing where they went another way before Kafka answered, and a relay %s, until an operator gives up what was sent', async (_what, goOn) => {
    const { world, relay, recover, sql } = lost;
    const { leaver, behind } = await yesterday();
    await until(async () => (await freshness()) instanceof DatabaseBehind, { timeoutMs: 30_000, what: 'the ledger to be closed' });
    await behind.stop();
    await sql(`DELETE FROM leases WHERE role = 'sent-checkpoint'`);
    const sent = await sentSize();
    await world.decide(['grant', 'withdraw', 'grant'], { person: leaver });
    await world.decide(['grant']);
    await goOn();
    const [size, signed] = [await leaves(), await world.folder.size()];
    expect(size).toBeGreaterThanOrEqual(sent);

    await cp(world.root, `${world.root}-fork`, { recursive: true });
    await putNewest();
    const newer = await recover('--no-kafka');
    expect([newer.code, newer.stderr]).toEqual([1, expect.stringMatching(/another event at index \d+ than the log.* went another way since/)]);
    await rm(world.root, { recursive: true });
    await rename(`${world.root}-fork`, world.root);

    const next = relay();
    await until(() => next.said.some((line) => line.includes('with another root was sent before')), { timeoutMs: 60_000, what: 'the word of the relay' });
    await world.decide(['grant']);
    expect((await recover('--log-lost', '--dry-run')).code).toBe(0);
    expect([await world.folder.size(), await sentSize()]).toEqual([signed, sent]);
    expect((await recover('--log-lost')).stderr).toBe('');
    await until(async () => (await sentSize()) > size, { timeoutMs: 60_000, what: 'a checkpoint of all on Kafka' });
  }, 240_000);
});

test('recover refuses an older copy of a log whose newest lies in LOG_DIR, also where Kafka is not asked', async () => {
  const { world, relay, recover, sql, signedAll } = lost;
  const first = relay();
  await world.decide(['grant']);
  await signedAll();
  await cp(world.root, newest(), { recursive: true });
  await world.decide(['grant']);
  await signedAll();
  await first.stop();
  await expect(recover('--log-lost', '--no-kafka')).resolves.toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is to be given up') });
  await sql('DELETE FROM leaves');
  const answer = await recover('--log', newest(), '--no-kafka');
  expect([answer.code, answer.stderr]).toEqual([2, expect.stringMatching(/ends at \d+ events, and the one in [^]* at \d+: it is an older copy/)]);
}, 120_000);
