import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pgStore, readStretches } from '#consumer';
import { keepAcks } from '#propagation';
import { freshLedger, until, type FreshLedger } from '#testing';
import { readLetters } from '../../apps/cli/src/dead/letters.js';
import { kafkaAt } from '../../apps/cli/src/kafka/cluster.js';
import { createWorld, eventMessage, type World } from '../system/consumer-world.js';
import { commandLine, type CommandLine } from './command.js';

let fresh: FreshLedger;
let world: World;
let cli: CommandLine;
beforeAll(async () => {
  [fresh, world] = await Promise.all([freshLedger(), createWorld()]);
  cli = await commandLine(fresh, { KAFKA_BROKERS: world.topics.brokers, KAFKA_TOPIC_PREFIX: world.topics.prefix });
});
afterAll(async () => {
  cli.close();
  await world.close();
  await fresh.close();
});

interface Row {
  number: string;
  system: string;
  reason: string;
  event: string | null;
  times: number;
  parked: boolean;
}

const dead = async (...args: string[]): Promise<Row[]> => {
  const { stdout, stderr, code } = await cli.run(['dead', 'list', '--json', ...args]);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Row);
};
const RECORD = `
INSERT INTO events SELECT $1, person, purpose, version, version, event, 0, event, 'consent-withdrawn', now(), now(), '\\x00'
FROM json_to_recordset($2) AS a(person uuid, purpose text, version integer, event uuid) ON CONFLICT DO NOTHING`;
/** What the worker does all the time, of events that the ledger has. */
async function hear(): Promise<void> {
  const acks = await world.acks();
  await fresh.pool.query(RECORD, [fresh.id, JSON.stringify(acks)]);
  await keepAcks(fresh.pool, fresh.id, acks);
}

test('a letter is listed with system, reason, event and place; put back it reaches its own system alone; once applied it is listed no more', async () => {
  const broken = new Set(['crm', 'shop']);
  const handled: string[] = [];
  const handlers = (system: string) => ({
    onWithdrawn: ({ id }: { id: string }) => {
      if (broken.has(system)) throw new TypeError('a mistake');
      handled.push(`${system} ${id}`);
    },
  });
  const databases = await Promise.all([createWorld(), createWorld()]);
  await world.consume({ system: 'crm', store: pgStore(databases[0].pool), handlers: handlers('crm') });
  await world.consume({ system: 'shop', store: pgStore(databases[1].pool), handlers: handlers('shop') });
  const [first, second] = [world.writer.withdraw(randomUUID()), world.writer.withdraw(randomUUID())];
  await world.writer.send(first, second);
  await until(async () => (await world.acks()).length === 4, { timeoutMs: 30_000 });
  await hear();
  const parked = await dead();
  expect(parked.map(({ system, event, reason, times, parked: still }) => [system, event, reason, times, still])).toEqual(expect.arrayContaining([
    ['crm', first.event, 'handler-failed', 1, true], ['shop', second.event, 'handler-failed', 1, true],
  ]));
  expect(parked).toHaveLength(4);
  expect(await dead('--system', 'crm', '--event', first.event)).toHaveLength(1);
  expect(await dead('--reason', 'not-json')).toEqual([]);
  const shown = await cli.run(['dead', 'list', '--system', 'crm']);
  expect(shown.stdout).toMatch(/^number +system +reason +event +from +parked +times\n/);
  expect(shown.stdout).toMatch(new RegExp(`crm +handler-failed \\(TypeError\\) +${first.event} +${world.topics.names.events.replaceAll('.', '\\.')} \\d+:\\d+`));

  broken.delete('crm');
  const of = parked.find(({ system, event }) => system === 'crm' && event === first.event)?.number ?? '';
  expect(await cli.run(['dead', 'retry', of])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 put back') });
  await until(() => handled.length === 1, { timeoutMs: 30_000 });
  await until(async () => (await world.acks()).length === 5, { timeoutMs: 30_000 });
  await hear();
  expect(await dead('--event', first.event)).toMatchObject([{ system: 'shop' }]);
  expect(await dead('--event', first.event, '--all')).toHaveLength(2);
  expect(handled).toEqual([`crm ${first.event}`]);

  const again = await cli.run(['dead', 'retry', of]);
  expect(again).toMatchObject({ code: 2, stderr: `samtycke: no letter ${of} is parked (\`samtycke dead list\`)\n` });
  expect((await cli.run(['dead', 'retry'])).code).toBe(2);

  await cli.run(['dead', 'retry', '--system', 'shop']);
  await until(async () => (await world.acks()).length === 7, { timeoutMs: 30_000 });
  await hear();
  expect((await dead('--system', 'shop')).map(({ times }) => times)).toEqual([2, 2]);
  broken.delete('shop');
  await cli.run(['dead', 'retry', '--all']);
  await until(async () => (await world.acks()).length === 10, { timeoutMs: 30_000 });
  await hear();
  expect(await dead()).toEqual([]);
  expect((await cli.run(['dead', 'list'])).stdout).toBe('No dead letter: every system has applied what it received, as far as the ledger has heard.\n');
  expect(handled).toHaveLength(4);
  await world.rest();
  await Promise.all(databases.map((one) => one.close()));
}, 180_000);

test('a letter whose value was too large to be sent again is read at its origin', async () => {
  const refuses = { yes: true };
  await world.consume({ system: 'large', handlers: { onGranted: () => { if (refuses.yes) throw new Error('no'); } } });
  const grant = world.writer.grant(randomUUID());
  const message = eventMessage(grant);
  await world.writer.sendRaw('events', { ...message, value: `${String(message.value).slice(0, -1)},"later":"${'x'.repeat(880_000)}"}` });
  await world.acknowledged(grant);
  refuses.yes = false;
  expect(await cli.run(['dead', 'retry', '--event', grant.event])).toMatchObject({ code: 0, stderr: '' });
  await until(async () => (await world.acks()).some(({ event, outcome }) => event === grant.event && outcome === 'applied'), { timeoutMs: 30_000 });
  await world.rest();
}, 120_000);

test('what says of no event which it is stays one letter however often it is tried again, and what cannot be put back holds up nothing else', async () => {
  const refuses = { yes: true };
  await world.consume({ system: 'strict', handlers: { onGranted: () => { if (refuses.yes) throw new Error('no'); } } });
  const grant = world.writer.grant(randomUUID());
  await world.writer.sendRaw('events', { key: 'nobody', value: 'not json', partition: 0 });
  await world.writer.sendEvents(grant);
  const strict = () => dead('--system', 'strict');
  const listed = await until(async () => { const found = await strict(); return found.length === 2 && found; }, { timeoutMs: 30_000 });
  const [nameless] = listed.filter(({ event }) => event === null);
  await world.writer.sendRaw('dead', { key: null, value: null, partition: 0, headers: { dead_system: 'strict', dead_reason: 'not-json', dead_detail: '', dead_topic: world.topics.names.state, dead_partition: '0', dead_offset: '0', dead_at: new Date().toISOString() } });
  refuses.yes = false;
  for (const times of [2, 3]) {
    const { code, stdout, stderr } = await cli.run(['dead', 'retry', '--system', 'strict']);
    expect([code, stdout]).toEqual([2, expect.stringMatching(/^[12] put back, [^\n]*\n$/)]);
    expect(stderr).toMatch(/^samtycke: letter \d+ is of the state topic, and the ledger has no event behind it\n$/);
    await until(async () => (await strict()).some((row) => row.event === null && row.times === times), { timeoutMs: 30_000, what: `the letter for the ${times}th time` });
  }
  expect((await world.acks()).some(({ event, outcome }) => event === grant.event && outcome === 'applied')).toBe(true);
  await hear();
  const left = await strict();
  expect(left).toHaveLength(2);
  expect(left.find(({ times }) => times === 3)).toMatchObject({ event: null, reason: nameless?.reason });
  const unfit = left.find(({ times }) => times === 1)?.number ?? '';
  expect(await cli.run(['dead', 'retry', unfit])).toMatchObject({ code: 2, stderr: expect.stringContaining('no event behind it') });
  await world.rest();
}, 120_000);

test('a letter from a partition that the topic of events has no more is not taken as put back', async () => {
  await world.writer.sendRaw('dead', { key: 'nobody', value: 'not json', partition: 0, headers: { dead_system: 'lost', dead_reason: 'not-json', dead_detail: '', dead_topic: world.topics.names.events, dead_partition: '99', dead_offset: '0', dead_at: new Date().toISOString() } });
  const [letter] = await dead('--system', 'lost');
  expect(await cli.run(['dead', 'retry', '--system', 'lost'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: `samtycke: letter ${letter?.number} came from partition 99, and ${world.topics.names.events} has none of that number\n`,
  });
}, 60_000);

test('letters are listed without holding what they say, however much that is, and all of it is put back, in order', async () => {
  const [count, bytes] = [60, 500_000];
  const grants = Array.from({ length: count }, () => world.writer.grant(randomUUID()));
  const parked = (at: number): Record<string, string> => ({ dead_system: 'filled', dead_reason: 'handler-failed', dead_detail: 'Error', dead_topic: world.topics.names.events, dead_partition: '0', dead_offset: String(at), dead_at: new Date().toISOString() });
  for (const [at, grant] of grants.entries()) {
    const { key, headers } = eventMessage(grant);
    await world.writer.sendRaw('dead', { key, value: String(at).padEnd(bytes), partition: 0, headers: { ...headers, ...parked(at) } });
  }
  const kafka = kafkaAt(world.topics.brokers);
  const cluster = { kafka, topics: world.topics.names, prefix: world.topics.prefix, group: `${world.topics.prefix}held`, replicas: 1 };
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const before = held();
  const letters = await readLetters(cluster);
  await until(() => held() - before < bytes, { timeoutMs: 20_000, what: 'what was read to be let go' });
  expect(letters.filter(({ system }) => system === 'filled')).toHaveLength(count);
  expect((await readLetters(cluster, { system: 'filled', reason: 'not-json' }))).toEqual([]);

  const admin = kafka.admin();
  await admin.connect();
  const ends = async () => (await admin.fetchTopicOffsets(world.topics.names.events)).find(({ partition }) => partition === 0)?.high ?? '0';
  const from = await ends();
  expect(await cli.run(['dead', 'retry', '--system', 'filled'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`${count} put back`) });
  const said: string[] = [];
  await readStretches({ kafka, topic: world.topics.names.events, group: cluster.group, stretches: [{ partition: 0, from, to: await ends() }], take: ({ value }) => void said.push(String(value).trimEnd()) });
  expect(said).toEqual(Array.from({ length: count }, (_, at) => String(at)));
  await admin.disconnect();
}, 120_000);

test('what a system parks in transactions is listed and put back: the marks behind it hold up nobody', async () => {
  const producer = kafkaAt(world.topics.brokers).producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await until(() => producer.connect().then(() => true), { timeoutMs: 20_000 });
  const grant = world.writer.grant(randomUUID());
  const { key, value, headers } = eventMessage(grant);
  const parked = { dead_system: 'java', dead_reason: 'handler-failed', dead_detail: 'Error', dead_topic: world.topics.names.events, dead_partition: '0', dead_offset: '0', dead_at: new Date().toISOString() };
  for (const ends of ['commit', 'abort'] as const) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: world.topics.names.dead, messages: [{ key, value, headers: { ...headers, ...parked } }] });
    await transaction[ends]();
  }
  await producer.disconnect();
  expect(await dead('--system', 'java')).toMatchObject([{ event: grant.event, times: 1 }]);
  expect(await cli.run(['dead', 'retry', '--system', 'java'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 put back') });
}, 60_000);

test('where nothing is found it is said what was looked for, and nothing of what was not', async () => {
  const event = randomUUID();
  const list = (...args: string[]) => cli.run(['dead', 'list', ...args]);
  const answer = await list('--system', 'newslettr', '--reason', 'not-json', '--event', event, '--since', '2026-11-01');
  expect(answer).toMatchObject({ code: 0, stdout: `No dead letter is parked of the system newslettr, for the reason not-json, of the event ${event}, parked since 2026-11-01T00:00:00.000000Z; others were not looked at.\nNo system newslettr is registered (\`samtycke systems list\`).\n` });
  expect((await list('--all', '--event', event)).stdout).toBe(`No dead letter lies on the topic of the event ${event}; others were not looked at.\n`);
  expect((await cli.run(['dead', 'retry', '--event', event])).stdout).toBe(`No dead letter is parked of the event ${event}; others were not looked at.\n`);
  expect((await list('--reason', 'not-jsn')).stderr).toContain('Allowed choices are not-json, wrong-shape, not-storable, handler-failed, handler-timeout');
}, 60_000);

test('a Kafka that cannot be reached is said in one sentence', async () => {
  const away = await commandLine(fresh, { KAFKA_BROKERS: '127.0.0.1:9' });
  const { code, stderr } = await away.run(['dead', 'list']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^samtycke: Kafka at 127\.0\.0\.1:9 does not do it: .*\n$/);
  away.close();
}, 60_000);
