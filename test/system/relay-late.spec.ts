import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort, startKafka, type RunningServer } from '#servers';
import { createKafkaProxy, PRODUCE, until, type KafkaProxy } from '#testing';
import { lastOf, relayWorld, type RelayWorld, type Seen } from './relay-world.js';

let folder: string;
let kafka: RunningServer;
let way: KafkaProxy;
let world: RelayWorld;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-late-'));
  const port = await freePort();
  way = await createKafkaProxy(() => port);
  kafka = await startKafka({ dataDir: folder, port, advertisedPort: way.port });
  process.env.TEST_KAFKA_BROKERS = `127.0.0.1:${way.port}`;
  world = await relayWorld();
}, 120_000);
afterAll(async () => {
  await world?.close();
  way?.close();
  await kafka?.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const stands = async (person: string, allowed: boolean): Promise<Seen> => until(() => {
  const last = lastOf(world.seen.state, `${person}:newsletter`);
  return last?.value?.allowed === allowed && last;
}, { timeoutMs: 30_000, what: `${person} ${allowed}` });

/** Keeps the next page of states from Kafka, as a connection does that is stuck, and breaks the relay's connections. */
async function lose(work: () => Promise<unknown>): Promise<Buffer> {
  const lost: Buffer[] = [];
  way.rules({
    request: ({ api, client, topic }, frame) => {
      if (lost.length > 0 || api !== PRODUCE || client !== 'samtycke-relay' || topic !== world.topics.names.state) return 'pass';
      lost.push(Buffer.from(frame));
      return 'swallow';
    },
  });
  await work();
  await until(() => lost.length === 1, { timeoutMs: 20_000, what: 'a page of states' });
  way.cut();
  way.mend();
  return lost[0] as Buffer;
}

/** What was stuck reaches Kafka after all. */
async function arrive(lost: Buffer): Promise<void> {
  const socket = connect(kafka.port, '127.0.0.1');
  socket.write(lost);
  await once(socket, 'data');
  socket.destroy();
}

test('a state record that was stuck on a broken connection, and arrives behind a newer one of the same term, is followed by the right one', async () => {
  const relay = world.startRelay();
  await stands(await world.grant(), true);
  let person = '';
  const lost = await lose(async () => (person = await world.grant()));
  await stands(person, true);
  await world.withdraw(person);
  const right = await stands(person, false);
  await arrive(lost);
  const late = await stands(person, true);
  expect(late.headers['samtycke-term']).toBe(right.headers['samtycke-term']);
  expect((await stands(person, false)).value).toEqual(right.value);
  await relay.stop();
}, 120_000);
