import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eraseHeld, freeSuppressed } from '#ledger';
import { rotateLookup } from '#rotation';
import { readKeyring, subjectKeysOf, suppressionKeysOf, type Keyring } from '#vault';
import { email, Killed, killAfterOnePage, rotationWorld, type Process, type World } from './world.js';

let world: World;
let early: Process;
/** Takes people up although they were erased, as they themselves do by a confirmation. */
let taker: Process;
const gone = Array.from({ length: 30 }, (_, at) => `gone.${at}@example.se`);

beforeAll(async () => {
  world = await rotationWorld();
  early = world.start();
  taker = world.start();
  delete taker.finder.suppressionKeys;
  for (const address of gone) await erase(address);
});
afterAll(async () => {
  await world.close();
});

/** The worker's part of an erasure, by a process that starts now or one that is given. */
async function erase(address: string, keys = suppressionKeysOf(readKeyring(world.keyring))): Promise<void> {
  const { person } = await taker.grant(address);
  const { pool, id: ledger, keyring } = world.fresh;
  await eraseHeld({ pool, ledger, origin: keyring.origin, keys: early.keys, suppressionKeys: keys, subjectKeys: subjectKeysOf(keyring) }, person, { suppress: true });
}

async function erasedFor(...processes: Process[]): Promise<void> {
  for (const process of processes) {
    expect(await Promise.all(gone.map((address) => process.erased(address)))).toEqual(gone.map(() => true));
    expect(await process.erased('never.seen@example.se')).toBe(false);
  }
}

const entries = async (): Promise<number> => (await world.fresh.pool.query('SELECT FROM suppressions')).rowCount ?? 0;

test('erased people stay recognised between the generations and after, by processes from before and since', async () => {
  await expect(rotateLookup(world.options({ onProgress: killAfterOnePage }), 'suppression')).rejects.toBeInstanceOf(Killed);
  await erasedFor(early, world.start());
  expect((await rotateLookup(world.options(), 'suppression')).rows).toBe(10);
  await erasedFor(early, world.start());
  expect(await entries()).toBe(30);
});

test('who is erased again while it runs, by a worker that had not heard of the new key, is kept once', async () => {
  const worker = suppressionKeysOf(readKeyring(world.keyring));
  await freeSuppressed(world.fresh.pool, world.fresh.id, worker, email('unknown@example.se'));
  await expect(rotateLookup(world.options({ onProgress: killAfterOnePage }), 'suppression')).rejects.toBeInstanceOf(Killed);
  for (const address of gone) await erase(address, worker);
  await rotateLookup(world.options(), 'suppression');
  await erasedFor(early, world.start());
  expect(await entries()).toBe(30);
});

test('who comes back by himself while it runs is free, whichever generation he stood under', async () => {
  const worker = suppressionKeysOf(readKeyring(world.keyring));
  await freeSuppressed(world.fresh.pool, world.fresh.id, worker, email('unknown@example.se'));
  await expect(rotateLookup(world.options({ onProgress: killAfterOnePage }), 'suppression')).rejects.toBeInstanceOf(Killed);
  for (const address of gone.slice(0, 15)) await freeSuppressed(world.fresh.pool, world.fresh.id, worker, email(address));
  await rotateLookup(world.options(), 'suppression');
  expect(await Promise.all(gone.map((address) => early.erased(address)))).toEqual(gone.map((_, at) => at >= 15));
  expect(await entries()).toBe(15);
});

test('a keyring from before the chain keeps the key that followed from its look-up key', async () => {
  const other = await rotationWorld();
  try {
    const { suppression: _, ...older } = JSON.parse(readFileSync(other.keyring, 'utf8')) as Keyring;
    writeFileSync(other.keyring, JSON.stringify(older));
    const process = other.start();
    const { person } = await process.grant('gone@example.se');
    const { pool, id: ledger, keyring } = other.fresh;
    await eraseHeld({ pool, ledger, origin: keyring.origin, keys: process.keys, suppressionKeys: suppressionKeysOf(readKeyring(other.keyring)), subjectKeys: subjectKeysOf(keyring) }, person, { suppress: true });
    await rotateLookup(other.options(), 'suppression');
    await rotateLookup(other.options(), 'lookup');
    expect(readKeyring(other.keyring).suppression).toHaveLength(2);
    expect([await process.erased('gone@example.se'), await other.start().erased('gone@example.se')]).toEqual([true, true]);
  } finally {
    await other.close();
  }
});
