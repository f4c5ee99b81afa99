import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { topicsOf } from '#contracts';
import type { Acknowledged } from '#testing';
import { conduct, verdictOn } from './conduct.js';
import { EXPERIMENTS } from './registry.js';
import { World } from './world.js';

/** One of each kind; the others, and all of them whole, are `npm run faults`. */
const HERE = ['api-killed', 'relay-between-ack-and-cursor', 'relays-racing', 'frozen-leader', 'kafka-ended', 'database-stopped', 'database-cut', 'one-stream', 'poison'];
const SEED = 20_261_125;

let world: World;
beforeAll(async () => {
  world = await World.create();
}, 120_000);
afterAll(async () => {
  await world.end();
}, 60_000);

describe('nothing acknowledged is lost, written twice or changed, and everybody comes level with the ledger', () => {
  test.each(EXPERIMENTS.filter(({ name }) => HERE.includes(name)).map((experiment) => ({ title: experiment.title, experiment })))('$title', async ({ experiment }) => {
    const { verdict } = await conduct(world, experiment, experiment.short, SEED);
    expect(verdict.problems).toEqual([]);
  }, 240_000);
});

describe('the checker', () => {
  const told = async (notes: Partial<World['notes']>): Promise<string> => (await verdictOn(world, { ...world.notes, ...notes }, 500)).problems.join('\n');
  const changed = ([first, ...rest]: readonly Acknowledged[], from: string, to: string): Acknowledged[] => (first ? [{ ...first, text: first.text.replace(from, to) }, ...rest] : []);
  const eventOf = ({ text }: Acknowledged): string => (JSON.parse(text) as { decisions: { event: string }[] }).decisions[0]?.event ?? '';

  test('tells an acknowledged event that is lost, changed, acknowledged twice, or written for nobody', async () => {
    const { answers } = world.notes;
    const named = (event: string): number => answers.filter(({ text }) => text.includes(event)).length;
    const first = answers.find((one) => one.status === 201 && named(eventOf(one)) === 1);
    if (!first) throw new Error('nothing was acknowledged');
    const rest = answers.filter((one) => one !== first);
    expect(await told({ answers: changed([first, ...rest], eventOf(first), randomUUID()) })).toContain('is lost');
    expect(await told({ answers: changed([first, ...rest], '"version":', '"version":1') })).toContain('is not what was acknowledged: version');
    expect(await told({ answers: [first, ...answers] })).toContain('acknowledged for two calls');
    expect(await told({ answers: rest })).toContain('nobody was told');
  }, 240_000);

  test('tells a 5xx while PostgreSQL was there', async () => {
    const refused = [{ status: 503, text: 'unavailable', at: performance.now() }];
    expect(await told({ refused, databaseDown: [] })).toContain('while PostgreSQL was there');
    expect(await told({ refused, databaseDown: [{ from: 0, to: Infinity }] })).not.toContain('was answered');
  }, 120_000);

  test('tells a head that is not its fold, a system that is not level, and a record that is not the ledger’s', async () => {
    await world.query(`UPDATE heads SET status = 'objected' WHERE (person, purpose) IN (SELECT person, purpose FROM heads WHERE purpose = 'newsletter' LIMIT 1)`);
    await world.ofSystem('portal', `DELETE FROM samtycke_consumer.consent_state WHERE (person, purpose) IN (SELECT person, purpose FROM samtycke_consumer.consent_state WHERE purpose = 'newsletter' LIMIT 1)`);
    const producer = new Kafka({ brokers: [world.brokers], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    const stray = randomUUID();
    await producer.send({ topic: topicsOf().events, messages: [{ key: stray, value: '{}', headers: { ce_id: stray } }] });
    await producer.disconnect();
    const problems = await told({});
    expect(problems).toContain('heads.status is not what the events say');
    expect(problems).toContain('portal has not heard of');
    expect(problems).toContain(`Kafka holds event ${stray}, the ledger does not`);
  }, 120_000);
});
