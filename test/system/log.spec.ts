// Runs alone: it measures how soon an event is under a signed checkpoint.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { LogFolder } from '#log-folder';
import { MerkleTree, nodesInTiles, openCheckpoint, parseVerifier, verifyConsistency, type Checkpoint } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { until } from '#testing';
import { NEWSLETTER, someone } from '../setup/api.js';
import { startStack, type Stack } from '../setup/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 180_000);
afterAll(async () => {
  await stack.stop();
}, 60_000);

const open = (signed: string): Checkpoint => openCheckpoint(signed, parseVerifier(sha256, stack.runFile.logKey), checkEd25519);
const newest = async (): Promise<number> => {
  const { status, text } = await stack.api('/log/checkpoint');
  return status === 200 ? open(text).size : 0;
};
const write = async (): Promise<void> => {
  const { status } = await stack.api('/v1/consents', { key: stack.runFile.keys['consents:write'], body: { subject: someone(), ...NEWSLETTER } });
  expect(status).toBe(201);
};
const events = async (): Promise<number> => Number((await stack.query<{ n: string }>('SELECT count(*) AS n FROM events'))[0]?.n);

async function verify(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(process.cwd(), 'dist/apps/cli/src/main.js'), 'verify', '--key', stack.runFile.logKey, ...args], { env: { ...process.env, SAMTYCKE_DATA: stack.dataDir } });
  return stdout;
}

/** Every checkpoint on the topic, up to the one of `size`. */
async function onTopic(size: number): Promise<{ key: string; note: string }[]> {
  const found: { key: string; note: string }[] = [];
  const kafka = new Kafka({ brokers: stack.runFile.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: 'log-test' });
  await consumer.connect();
  await consumer.subscribe({ topic: 'consent.checkpoints.v1', fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void found.push({ key: message.key?.toString() ?? '', note: message.value?.toString() ?? '' }) });
  await until(() => found.some(({ note }) => open(note).size === size), { timeoutMs: 30_000, what: 'the newest checkpoint on Kafka' });
  await consumer.disconnect();
  return found;
}

describe('the transparency log of the running product', () => {
  test('has every event under a signed checkpoint within two seconds of its commit (99 of 100), at a hundred changes a second', async () => {
    const seen: { size: number; at: number }[] = [];
    const over = new AbortController();
    const watching = (async () => {
      for (let size = 0; !over.signal.aborted; await sleep(20)) {
        const now = await newest();
        if (now > size) seen.push({ size: (size = now), at: Date.now() });
      }
    })();
    for (let round = 0; round < 80; round += 1) await Promise.all([sleep(100), ...Array.from({ length: 10 }, write)]);
    const all = await events();
    await until(() => (seen.at(-1)?.size ?? 0) >= all, { timeoutMs: 10_000, what: 'a checkpoint over all' });
    over.abort();
    await watching;
    const rows = await stack.query<{ idx: string; at: string }>(
      `SELECT idx, extract(epoch FROM recorded_at) * 1000 AS at FROM leaves l JOIN events e USING (ledger, person, seq) WHERE e.purpose <> '~ledger' ORDER BY idx`,
    );
    const delays = rows.map(({ idx, at }) => (seen.find(({ size }) => size > Number(idx))?.at ?? Infinity) - Number(at)).sort((one, other) => one - other);
    expect(delays.length).toBeGreaterThanOrEqual(800);
    expect(delays[Math.floor(delays.length * 0.99)]).toBeLessThan(2_000);
  }, 60_000);

  test('continues after every kill of the relay, and is sound to the last byte', async () => {
    for (let kill = 0; kill < 4; kill += 1) {
      const pid = stack.pid('relay');
      const size = await newest();
      await Promise.all(Array.from({ length: 60 }, write));
      await sleep(kill * 150);
      process.kill(pid, 'SIGKILL');
      await Promise.all(Array.from({ length: 40 }, write));
      await until(async () => (await newest()) > size && stack.pid('relay') !== pid, { timeoutMs: 30_000, what: 'a checkpoint by the next relay' });
    }
    await until(async () => (await newest()) === (await events()), { timeoutMs: 30_000, what: 'a checkpoint over all events' });
    const byFolder = await verify('--log', join(stack.dataDir, 'transparency-log'));
    expect(byFolder).not.toContain('FAILS');
    expect(byFolder).toContain(`the ${await newest()} entries are exactly what was hashed`);
    expect(await verify('--log', `${stack.runFile.urls.api}/log`, '--api-key', stack.runFile.keys['audit:read'] ?? '', '--reason', 'a test')).toContain(`the ${await newest()} entries are exactly`);
  }, 180_000);

  test('has each checkpoint on Kafka, in order, each the beginning of the newest', async () => {
    const size = await newest();
    const found = await onTopic(size);
    const folder = new LogFolder(join(stack.dataDir, 'transparency-log'));
    const tree = new MerkleTree(sha256, nodesInTiles(sha256, size, async (tile) => (await folder.tile(tile)) ?? Buffer.of()));
    const second = open(found.at(-1)?.note ?? '');
    let before = 0;
    for (const { key, note } of found) {
      const first = open(note);
      expect(key).toBe(first.origin);
      expect(first.size).toBeGreaterThanOrEqual(before);
      before = first.size;
      expect(verifyConsistency(sha256, { first, second, proof: await tree.consistency(first.size, second.size) })).toBe(true);
    }
    const kept = await stack.query<{ note: string }>('SELECT note FROM checkpoints ORDER BY size');
    expect([...new Set(found.map(({ note }) => note))]).toEqual(kept.map(({ note }) => note));
  }, 60_000);
});
