import { topicsOf } from '#contracts';
import { leftOf, until } from '#testing';
import { withAdmin } from '../admin.js';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

/** Waits until the relay has made what was deleted before. */
const allStand = (world: World, topics: string[]): Promise<unknown> =>
  withAdmin(world, (admin) =>
    until(
      async () => {
        const there = new Set(await admin.listTopics());
        return topics.every((topic) => there.has(topic));
      },
      { timeoutMs: 60_000, everyMs: 200, what: 'the relay to have made the topics' },
    ),
  );

const removeTopics = (world: World, topics: string[]): Promise<unknown> =>
  withAdmin(world, (admin) =>
    until(() => admin.deleteTopics({ topics }).then(() => true, async () => !(await admin.listTopics()).some((topic) => topics.includes(topic))), { timeoutMs: 60_000, everyMs: 200, what: 'the topics to be gone' }),
  );

/** Deletes topics and waits until the relay has filled them again, and has all but come to the end of the log. */
export async function removeAndRefill(world: World, topics: string[]): Promise<void> {
  await removeTopics(world, topics);
  await allStand(world, topics);
  const full = async (): Promise<boolean> => {
    const [[waiting], { events, sent }] = await Promise.all([world.query<{ n: number }>(`SELECT count(*)::int AS n FROM leases WHERE role LIKE 'refill-%' AND next >= 0`), leftOf(world.ledgerUrl)]);
    return waiting?.n === 0 && events - sent < 1_000;
  };
  await until(full, { timeoutMs: 300_000, everyMs: 500, what: 'the topics to be full again' });
}

export const topicDeleted = experiment({
  name: 'topic-deleted',
  title: 'the topics of events and of state deleted under load: the relay makes and fills them again, from the first event on',
  short: { calls: 300 },
  whole: { calls: 30_000 },
  async run(world, { calls }) {
    const { events, state } = topicsOf();
    const remove = (topics: string[]): Promise<unknown> => removeTopics(world, topics);
    const load = await world.load({ next: await ownPeople(world), perSecond: 500 }, async (running) => {
      for (const topics of [[events], [state], [events, state]]) {
        await running.more(Math.ceil(calls / 3));
        await allStand(world, [events, state]);
        await remove(topics);
      }
      await running.more(100);
      await allStand(world, [events, state]);
      await world.program('relay').kill();
      await remove([events]);
      await world.program('relay').start();
    });
    demand(load.refused.length === 0, `${load.refused.length} calls were refused`);
    return `events, state, then both deleted, and events once more while no relay ran, at ${load.perSecond} changes a second`;
  },
});
