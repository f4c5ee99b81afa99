import { topicsOf } from '#contracts';
import { leftOf, sentBy, until, type Load } from '#testing';
import { withAdmin } from '../admin.js';
import type { Broker } from '../broker.js';
import { demand, experiment, seconds } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

const BROKERS = 3;
const CALLS = 300;
const PATIENCE_MS = 90_000;

const partitionsOf = (world: World) =>
  withAdmin(world, async (admin) => {
    const { events, state, acks } = topicsOf();
    return (await admin.fetchTopicMetadata({ topics: [events, state, acks] })).topics.flatMap(({ partitions }) => partitions);
  });

/** Every copy is level: another broker may go. */
const allInSync = (world: World): Promise<unknown> =>
  until(async () => (await partitionsOf(world)).every(({ leader, isr }) => leader > 0 && isr.length === BROKERS), { timeoutMs: PATIENCE_MS, everyMs: 250, what: 'every copy to be in sync' });

/** The one that leads most: its end is felt most. */
async function leaderOf(world: World): Promise<Broker> {
  const leads = new Map<number, number>();
  for (const { leader } of await partitionsOf(world)) leads.set(leader, (leads.get(leader) ?? 0) + 1);
  const [[node] = [0]] = [...leads].sort(([, one], [, other]) => other - one);
  const broker = world.servers.kafka[node - 1];
  if (!broker) throw new Error('no broker leads anything');
  return broker;
}

/** How long it takes until all that was changed so far is out. */
async function untilOut(world: World): Promise<number> {
  const [began, { events }] = [performance.now(), await leftOf(world.ledgerUrl)];
  await until(async () => (await sentBy(world.ledgerUrl)) >= events, { timeoutMs: PATIENCE_MS, everyMs: 100, what: 'what was changed before to be out' });
  return performance.now() - began;
}

/** One goes: the others take over. */
async function endOne(world: World, running: Load, how: 'stop' | 'kill'): Promise<number> {
  const leader = await leaderOf(world);
  await running.more(CALLS);
  await leader.end(how);
  const took = await untilOut(world);
  await running.more(CALLS);
  await leader.start();
  await allInSync(world);
  return took;
}

/** Two of three go: nobody may acknowledge anything, and changes wait in the log. */
async function endTwo(world: World, running: Load): Promise<number> {
  const gone = world.servers.kafka.slice(0, BROKERS - 1);
  await running.more(CALLS);
  await Promise.all(gone.map((broker) => broker.end('kill')));
  await running.more(CALLS);
  await Promise.all(gone.map((broker) => broker.start()));
  const took = await untilOut(world);
  await allInSync(world);
  return took;
}

export const brokersEnded = experiment({
  name: 'brokers-ended',
  title: 'three brokers, three copies: the one that leads most stopped and killed in turn under load, then two of three killed',
  brokers: BROKERS,
  short: { stops: 1, kills: 1, pairs: 1 },
  whole: { stops: 5, kills: 10, pairs: 3 },
  async run(world, { stops, kills, pairs }) {
    const [ones, twos]: [number[], number[]] = [[], []];
    const load = await world.load({ next: await ownPeople(world), perSecond: 200 }, async (running) => {
      await running.more(CALLS);
      await until(() => partitionsOf(world), { timeoutMs: PATIENCE_MS, everyMs: 250, what: 'the topics' });
      await allInSync(world);
      for (let turn = 0; turn < stops; turn += 1) ones.push(await endOne(world, running, 'stop'));
      for (let turn = 0; turn < kills; turn += 1) ones.push(await endOne(world, running, 'kill'));
      for (let turn = 0; turn < pairs; turn += 1) twos.push(await endTwo(world, running));
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused while a broker was away`);
    return `${stops} leaders stopped and ${kills} killed: all was out ${seconds(Math.max(...ones))} after it at the latest; two of three killed ${pairs} times: ${seconds(Math.max(...twos))} after they were back; ${load.perSecond} changes a second, every answer a 2xx`;
  },
});
