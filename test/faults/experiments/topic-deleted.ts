import { Kafka, logLevel } from 'kafkajs';
import { topicsOf } from '#contracts';
import { until } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

async function deleteTopics(world: World, topics: string[]): Promise<void> {
  const admin = new Kafka({ clientId: 'deleter', brokers: [world.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const stand = async (): Promise<boolean> => {
    const there = new Set(await admin.listTopics());
    return topics.every((topic) => there.has(topic));
  };
  await until(stand, { timeoutMs: 30_000, what: 'the relay to have made the topics' });
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

export const topicDeleted = experiment({
  name: 'topic-deleted',
  title: 'the topics of events and of state deleted under load: the relay makes and fills them again, from the first event on',
  short: { calls: 300 },
  whole: { calls: 30_000 },
  async run(world, { calls }) {
    const { events, state } = topicsOf();
    const load = await world.load({ next: await ownPeople(world), perSecond: 500 }, async (running) => {
      for (const topics of [[events], [state], [events, state]]) {
        await running.more(Math.ceil(calls / 3));
        await deleteTopics(world, topics);
      }
      await running.more(100);
      await world.program('relay').kill();
      await deleteTopics(world, [events]);
      await world.program('relay').start();
      await running.more(100);
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused`);
    return `events, state, then both deleted, and events once more while no relay ran, at ${load.perSecond} changes a second`;
  },
});
