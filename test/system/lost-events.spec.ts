import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { createConsumer, memoryStore, type Consumer } from '#consumer';
import type { LedgerEvent } from '#contracts';
import { lostFrom, noteLost } from '#outbox';
import { freshTopics, until } from '#testing';
import { commandLine } from '../cli/command.js';
import { eventMessage } from './consumer-world.js';
import { lostWorld, type LostWorld } from './lost-world.js';

let lost: LostWorld;
let consumer: Consumer;

beforeEach(async () => {
  lost = await lostWorld();
  const { brokers, prefix } = lost.topics;
  consumer = createConsumer({ system: 'test', brokers: brokers.split(','), topicPrefix: prefix, store: memoryStore(), commitIntervalMs: 100 });
  await consumer.start();
  await consumer.following();
}, 120_000);
afterEach(async () => {
  await lost.endRelays();
  await consumer.stop();
  await lost.close();
});

const may = (person: string): boolean => consumer.may(person, 'newsletter');
const reaches = (person: string, answer: boolean) => until(() => may(person) === answer, { timeoutMs: 20_000, what: `${person} ${answer}` });
const allowedHere = async (person: string): Promise<boolean | undefined> => (await lost.sql<{ allowed: boolean }>(`SELECT allowed FROM heads WHERE person = $1 AND purpose = 'newsletter'`, [person]))[0]?.allowed;

describe('what was sent and is lost with the server', () => {
  /** A moment is lost that systems acted on: somebody leaves, somebody comes, somebody comes back, somebody is erased. */
  async function lostMoment() {
    const { world, relay, sql, signedAll } = lost;
    const first = relay();
    const [leaver, stayer, erased] = [await world.decide(['grant'], { email: 'leaver@example.se' }), await world.decide(['grant']), await world.decide(['grant'], { email: 'erased@example.se' })];
    const back = await world.decide(['grant', 'withdraw']);
    for (const person of [leaver, stayer, erased]) await reaches(person, true);
    await signedAll();
    await first.stop();
    const restore = await lost.standby();
    // A position is noted a moment late: what follows it is sent again, behind what is lost.
    await sql(`UPDATE kept_leases SET next = next - 3 WHERE role = 'publisher'`);
    const second = relay();
    await world.decide(['withdraw'], { person: leaver });
    await world.decide(['grant'], { person: back });
    await world.erase(erased);
    const comer = await world.decide(['grant']);
    for (const [person, answer] of [[leaver, false], [back, true], [erased, false], [comer, true]] as const) await reaches(person, answer);
    await second.stop();
    await restore();
    return { leaver, stayer, erased, back, comer };
  }

  test('is found by the relay, which goes on; recover lists and settles it, so that ledger and systems say the same, and it is found no more', async () => {
    const { leaver, stayer, erased, back, comer } = await lostMoment();
    const { world, relay, sql, signedAll, recover } = lost;
    const third = relay();
    await until(() => third.said.length > 0, { timeoutMs: 30_000, what: 'the word of the relay' });
    expect(third.said.join()).toMatch(/systems were told of events that the ledger does not hold.*samtycke recover/);
    const newcomer = await world.decide(['grant']);
    await reaches(newcomer, true);
    expect([await allowedHere(leaver), may(comer), may(back)]).toEqual([true, true, true]);

    const looked = await recover('--dry-run');
    expect(looked.stdout).toMatch(/nothing is missing: [\s\S]*systems were told of 18 changes that neither this database nor the log holds/);
    expect(await allowedHere(leaver)).toBe(true);
    const done = await recover();
    expect([done.code, done.stderr]).toEqual([0, '']);
    for (const [person, what] of [[leaver, 'consent-withdrawn, was sent and is lost: withdrawn here too'], [back, 'consent-granted, was sent and is lost: what stands here was said anew'], [comer, 'consent-granted, was sent and is lost: what stands here was said anew'], [erased, 'person-erased, was sent and is lost: erased again']]) {
      expect(done.stdout).toMatch(new RegExp(`person ${person}: [^\\n]*${what}`));
    }
    for (const person of [leaver, back, erased, comer]) await reaches(person, false);
    expect([may(stayer), may(newcomer)]).toEqual([true, true]);
    expect([await allowedHere(leaver), await allowedHere(comer), (await sql('SELECT FROM identifiers WHERE person = $1', [erased])).length]).toEqual([false, false, 0]);
    await signedAll();
    expect(await world.audit()).toEqual([]);

    await world.decide(['grant'], { person: leaver });
    await reaches(leaver, true);
    expect((await recover()).stdout).not.toMatch(/systems were told/);
    await third.stop();
    const fourth = relay();
    await world.decide(['withdraw'], { person: leaver });
    await reaches(leaver, false);
    await signedAll();
    await fourth.stop();
    expect(fourth.said).toEqual([]);
  }, 180_000);

  test('is settled with what is put back out of the log, before anything is served', async () => {
    const { leaver, stayer, back, comer } = await lostMoment();
    const { world, relay, sql, signedAll, recover } = lost;
    const third = relay();
    await until(() => third.said.length > 0, { timeoutMs: 30_000, what: 'the word of the relay' });
    await world.decide(['withdraw'], { person: stayer });
    await reaches(stayer, false);
    await signedAll();
    await third.stop();
    // The same backup once more, behind a log that has gone on.
    const names = (await sql<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' AND tablename NOT LIKE 'kept_%'`)).map(({ name }) => name);
    for (const name of names) await sql(`TRUNCATE ${name}; INSERT INTO ${name} SELECT * FROM kept_${name}`);
    const done = await recover();
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/are to be put back[\s\S]*systems were told of/);
    expect([await allowedHere(leaver), await allowedHere(stayer), await allowedHere(comer)]).toEqual([false, false, false]);
    relay();
    for (const person of [comer, back]) await reaches(person, false);
    await signedAll();
    expect(await world.audit({ evidence: false })).toEqual([]);
  }, 180_000);

  test('is not what the log holds and an old backup does not: a dry run, which puts nothing back, counts none of it', async () => {
    const { world, relay, sql, signedAll, recover } = lost;
    const first = relay();
    const person = await world.decide(['grant']);
    await reaches(person, true);
    await signedAll();
    const behind = await lost.size();
    await world.decide(['withdraw'], { person });
    await reaches(person, false);
    await signedAll();
    await first.stop();
    await sql(`DELETE FROM leaves WHERE idx >= ${behind}; DELETE FROM events e WHERE NOT EXISTS (SELECT FROM leaves l WHERE l.person = e.person AND l.seq = e.seq)`);
    const looked = await recover('--dry-run');
    expect([looked.code, looked.stdout]).toEqual([0, expect.stringContaining('1 are to be put back')]);
    expect(looked.stdout).not.toMatch(/systems were told/);
  }, 120_000);

  test('leaves no gap behind a relay that runs on: what the server that took over is told is sent, though it has the indices of what is lost', async () => {
    const { world, relay, signedAll, recover } = lost;
    const first = relay();
    const person = await world.decide(['grant']);
    await reaches(person, true);
    await signedAll();
    const restore = await lost.standby();
    const gone = [await world.decide(['grant']), await world.decide(['grant']), await world.decide(['grant'])];
    for (const one of gone) await reaches(one, true);
    await restore();
    await world.decide(['withdraw'], { person });
    await reaches(person, false);
    await until(() => first.said.some((line) => line.includes('samtycke recover')), { timeoutMs: 30_000, what: 'the word of the relay' });
    const done = await recover();
    expect(done.stdout).toMatch(/systems were told of 3 changes/);
    for (const one of gone) await reaches(one, false);
  }, 120_000);
});

test('recover says that it did not look where no Kafka is named, and forgets nothing that was found, nor what is of a purpose that the catalogue does not know; it stops before it changes anything where Kafka does not answer', async () => {
  const { world, topics, relay, sql, signedAll, recover } = lost;
  const first = relay();
  await world.decide(['grant']);
  await signedAll();
  await first.stop();
  const nowhere = await commandLine(world.fresh, { KAFKA_BROKERS: '', KAFKA_TOPIC_PREFIX: '' });
  await noteLost(world.fresh.pool, world.fresh.id, 0);
  expect((await nowhere.run(['recover', '--log', world.root])).stdout).toMatch(/KAFKA_BROKERS is not set/);
  nowhere.close();
  const away = await commandLine(world.fresh, { KAFKA_BROKERS: '127.0.0.1:1' });
  const answer = await away.run(['recover', '--log', world.root]);
  expect([answer.code === 0, answer.stderr]).toEqual([false, expect.stringMatching(/Kafka/)]);
  expect((await away.run(['recover', '--log', world.root, '--no-kafka'])).code).toBe(0);
  away.close();
  expect(await lostFrom(world.fresh.pool, world.fresh.id)).toBe(0);
  const others = freshTopics();
  await others.create();
  lost.atEnd(() => others.drop());
  const elsewhere = await commandLine(world.fresh, { KAFKA_BROKERS: others.brokers, KAFKA_TOPIC_PREFIX: others.prefix });
  const missed = await elsewhere.run(['recover', '--log', world.root]);
  expect([missed.code, missed.stderr]).toEqual([2, expect.stringContaining(`${others.names.events} holds nothing of this ledger`)]);
  elsewhere.close();
  expect(await lostFrom(world.fresh.pool, world.fresh.id)).toBe(0);
  expect((await recover()).code).toBe(0);
  expect(await lostFrom(world.fresh.pool, world.fresh.id)).toBeUndefined();

  const [{ bytes = Buffer.of() } = {}] = await sql<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE type = 'consent-granted' LIMIT 1`);
  const strange: LedgerEvent = { ...(JSON.parse(bytes.toString('utf8')) as LedgerEvent), event: randomUUID(), purpose: 'not-yet-known' };
  const producer = new Kafka({ brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: topics.names.events, messages: [eventMessage(strange, 900)] });
  await producer.disconnect();
  await noteLost(world.fresh.pool, world.fresh.id, 900);
  for (const _ of ['once', 'twice']) {
    const told = await recover();
    expect([told.code === 0, told.stdout, told.stderr]).toEqual([false, expect.stringMatching(/not-yet-known version 1, consent-granted, was sent and is lost: LEFT/), expect.stringMatching(/not-yet-known, which the catalogue here does not know/)]);
  }
  expect(await lostFrom(world.fresh.pool, world.fresh.id)).toBe(900);
}, 120_000);
