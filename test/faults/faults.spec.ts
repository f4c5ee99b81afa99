import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { topicsOf } from '#contracts';
import { leftOf, until, type Acknowledged } from '#testing';
import { conduct, verdictOn } from './conduct.js';
import { breakChain, giveAndTake, messageOf, nextIndex, partitionOf, put, refuseTwo, removeIndex, stateOf } from './corrupt.js';
import { chanceOf } from './experiment.js';
import { inRounds } from './experiments/soak.js';
import { BEGIN_ANEW, MOMENTS } from './moments/index.js';
import { ownPeople } from './people.js';
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

test('a soak does every fault before one comes again, in an order that the seed gives; what begins all programs anew comes once', () => {
  const all = Object.keys(MOMENTS).sort();
  const later = all.filter((name) => !BEGIN_ANEW.has(name));
  const roundsOf = (seed: number): string[][] => {
    const order = inRounds(all, BEGIN_ANEW, chanceOf(seed));
    return [all, later, later].map((round) => round.map(() => order.next().value));
  };
  const [first = [], second = [], third = []] = roundsOf(7);
  expect([...first].sort()).toEqual(all);
  for (const round of [second, third]) expect([...round].sort()).toEqual(later);
  expect(third).not.toEqual(second);
  expect(roundsOf(7)).toEqual([first, second, third]);
  expect(roundsOf(8)).not.toEqual([first, second, third]);
});

describe('the checker', () => {
  beforeAll(async () => {
    await world.up();
    await world.load({ next: await ownPeople(world) }, (running) => running.more(1_000));
  }, 120_000);
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

  test('holds against nobody what was on its way when an experiment broke off', async () => {
    const before = world.notes.answers.length;
    const breaking = world.load({ next: await ownPeople(world) }, async (running) => {
      await running.more(200);
      world.program('api').freeze();
      throw new Error('breaks off');
    });
    await expect(breaking).rejects.toThrow('breaks off');
    expect(world.notes.answers.length).toBeGreaterThan(before + 200);
    expect((await verdictOn(world)).problems).toEqual([]);
  }, 240_000);

  test('tells a 5xx while PostgreSQL was there', async () => {
    const refused = [{ status: 503, text: 'unavailable', at: performance.now() }];
    expect(await told({ refused, databaseDown: [] })).toContain('while PostgreSQL was there');
    expect(await told({ refused, databaseDown: [{ from: 0, to: Infinity }] })).not.toContain('was answered');
  }, 120_000);

  test('tells a head that is not its fold, a system that is not level, and a record that is not the ledger’s', async () => {
    await world.query(`UPDATE heads SET status = 'objected' WHERE (person, purpose) IN (SELECT person, purpose FROM heads WHERE purpose = 'newsletter' LIMIT 1)`);
    await world.ofSystem('portal', `DELETE FROM samtycke_consumer.consent_state WHERE (person, purpose) IN (SELECT person, purpose FROM samtycke_consumer.consent_state WHERE purpose = 'newsletter' LIMIT 1)`);
    const stray = randomUUID();
    await put(world, topicsOf().events, { key: stray, value: '{}', headers: { ce_id: stray } });
    const problems = await told({});
    expect(problems).toContain('heads.status is not what the events say');
    expect(problems).toContain('portal has not heard of');
    expect(problems).toContain(`Kafka holds event ${stray}, the ledger does not`);
  }, 120_000);

  test('tells deliveries out of order, with other bytes or another index than the ledger’s, and a state that is not the head', async () => {
    const relay = world.program('relay');
    await relay.kill();
    const first = await nextIndex(world);
    const [given, taken] = await giveAndTake(world);
    const [one, other] = await refuseTwo(world);
    await put(world, topicsOf().events, messageOf(taken, first + 1), messageOf(other, first + 3));
    await relay.start();
    await until(async () => (await leftOf(world.ledgerUrl)).sent === first + 4, { what: 'the relay to have sent what was delivered before its time' });
    await relay.kill();
    const [changed, moved] = [messageOf(given, first), messageOf(one, first + 77)];
    await put(world, topicsOf().events, { ...changed, value: String(changed.value).replace('"allowed":true', '"allowed":false') }, moved);
    const [home, others] = [await partitionOf(world, stateOf(given).key), await partitionOf(world, stateOf(one).key)];
    await put(world, topicsOf().state, { ...stateOf(given), partition: home }, { ...stateOf(one), partition: others === 0 ? 1 : 0 });
    const problems = await told({});
    expect(problems).toContain(`event ${taken.event} came out of order: version 2 of newsletter of person ${taken.person} was delivered where version 1 was to come (${topicsOf().events}, partition `);
    expect(problems).toContain(`event ${other.event} came out of order: event 2 of person ${other.person} was delivered where the person’s event 1 was to come (`);
    expect(problems).toContain(`event ${given.event} on Kafka is not what the ledger’s bytes say (`);
    expect(problems).toContain(`event ${one.event} on Kafka says index ${first + 77} of the log, the log has it at ${first + 2} (`);
    expect(problems).toContain(`the state topic ends with version 1 of ${given.person}:newsletter, which is not the ledger's version 2`);
    expect(problems).toContain(`records of ${stateOf(one).key} lie in partition `);
  }, 120_000);

  test('tells an index that is missing from the log, and what hangs on a broken chain, each beside the other', async () => {
    const person = await breakChain(world);
    const missing = await removeIndex(world);
    const problems = await told({});
    expect(problems).toContain(`person ${person}, purpose newsletter, version 2, event 2 of the person: it does not follow the event before it in the person’s chain (prev)`);
    expect(problems).toContain(`index ${missing + 1} of the log: index ${missing} is missing before it`);
    expect(problems).toContain('came out of order');
  }, 120_000);
});
