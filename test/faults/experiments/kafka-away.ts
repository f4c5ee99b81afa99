import { setTimeout as pause } from 'node:timers/promises';
import { leftOf, PRODUCE, sentBy, until } from '#testing';
import { demand, experiment, seconds } from '../experiment.js';
import { ownPeople } from '../people.js';

export const startsBeforeKafka = experiment({
  name: 'starts-before-kafka',
  title: 'every program starts before there is a Kafka: changes are taken, and all is out once it comes',
  fromNothing: true,
  short: { calls: 300 },
  whole: { calls: 20_000 },
  async run(world, { calls }) {
    for (const program of world.programs.values()) await program.start();
    const load = await world.load({ next: await ownPeople(world) }, (running) => running.more(calls));
    demand(load.refused.length === 0, `${load.refused.length} calls were refused without Kafka`);
    await world.servers.startKafka();
    return `${load.answers.length} changes taken before Kafka was there`;
  },
});

export const kafkaEnded = experiment({
  name: 'kafka-ended',
  title: 'Kafka stopped and killed in turn under load, and started again each time',
  short: { stops: 1, kills: 1 },
  whole: { stops: 5, kills: 5 },
  async run(world, { stops, kills }) {
    const load = await world.load({ next: await ownPeople(world), perSecond: 400 }, async (running) => {
      for (let turn = 0; turn < Math.max(stops, kills); turn += 1) {
        for (const how of [...(turn < stops ? ['stop' as const] : []), ...(turn < kills ? ['kill' as const] : [])]) {
          await running.more(300);
          await world.servers.endKafka(how);
          await running.more(300);
          await world.servers.startKafka();
        }
      }
      await running.more(300);
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused while Kafka was away`);
    return `${stops} stops and ${kills} kills at ${load.perSecond} changes a second, every answer a 2xx`;
  },
});

/** A page is sent faster than this is asked. */
const LOOK_MS = 50;

export const kafkaAway = experiment({
  name: 'kafka-away',
  title: 'Kafka away under load: every answer a 2xx, everything out within 60 s of its return, above 10,000 a second',
  short: { seconds: 8, 'changes a second': 500 },
  whole: { seconds: 300, 'changes a second': 1_500 },
  async run(world, sizes) {
    await world.servers.endKafka('kill');
    const load = await world.load({ next: await ownPeople(world), perSecond: sizes['changes a second'] }, () => pause(sizes.seconds * 1_000));
    demand(load.refused.length === 0 && load.broken === 0, `${load.refused.length} calls were refused while Kafka was away`);
    const before = await leftOf(world.ledgerUrl);
    const backlog = before.events - before.sent;
    await world.servers.startKafka();
    const returned = performance.now();
    let first: { at: number; sent: number } | undefined;
    await until(
      async () => {
        const sent = await sentBy(world.ledgerUrl);
        if (sent > before.sent) first ??= { at: performance.now(), sent };
        return sent === before.events;
      },
      { timeoutMs: 120_000, everyMs: LOOK_MS, what: 'everything to be out' },
    );
    const [took, sending] = [performance.now() - returned, performance.now() - (first?.at ?? returned)];
    const rate = Math.round((before.events - (first?.sent ?? before.sent)) / Math.max(0.001, sending / 1_000));
    demand(took < 60_000, `everything was out ${seconds(took)} after Kafka’s return`);
    demand(backlog < 50_000 || rate > 10_000, `it drained ${rate} a second`);
    return `${load.perSecond} changes a second taken; ${backlog.toLocaleString('en')} waited, all out ${seconds(took)} after its return${backlog < 50_000 ? '' : `, ${rate.toLocaleString('en')} a second`}`;
  },
});

export const kafkaFrozen = experiment({
  name: 'kafka-frozen',
  title: 'Kafka frozen (SIGSTOP) under load: connections stand and say nothing',
  short: { seconds: 6 },
  whole: { seconds: 60 },
  async run(world, sizes) {
    const load = await world.load({ next: await ownPeople(world), perSecond: 300 }, async (running) => {
      await running.more(200);
      world.servers.signalKafka('SIGSTOP');
      await pause(sizes.seconds * 1_000);
      world.servers.signalKafka('SIGCONT');
      await running.more(200);
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused while Kafka was frozen`);
    return `${load.perSecond} changes a second, every answer a 2xx`;
  },
});

export const repliesSwallowed = experiment({
  name: 'replies-swallowed',
  title: 'every fiftieth reply to a produce request is swallowed, the relay’s and those of the systems’ acknowledgements',
  short: { swallowed: 1 },
  whole: { swallowed: 30 },
  async run(world, { swallowed }) {
    const replies = new Map<string, number>();
    let [relays, others] = [0, 0];
    world.kafkaWay.rules({
      reply: ({ api, client }) => {
        if (api !== PRODUCE) return 'pass';
        const count = (replies.get(client) ?? 0) + 1;
        replies.set(client, count);
        if (count % 50 !== 0) return 'pass';
        if (client === 'samtycke-relay') relays += 1;
        else others += 1;
        return 'swallow';
      },
    });
    const load = await world.load({ next: await ownPeople(world), perSecond: 300 }, () => until(() => relays >= swallowed, { timeoutMs: 900_000, what: 'replies to be swallowed' }));
    world.kafkaWay.rules({});
    return `${relays} replies to the relay and ${others} to systems lost, ${load.perSecond} changes a second`;
  },
});
