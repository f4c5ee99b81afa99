import { until, type Load } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

/** Of a Bind message: no portal, and the name of the prepared statement. */
const APPENDS = '\0append\0';

/** Gives how many events were committed whose reply never came. */
export async function killBeforeReply(world: World, running: Load): Promise<number> {
  const events = async (): Promise<number> => (await world.query<{ n: number }>('SELECT count(*)::int AS n FROM events'))[0]?.n ?? 0;
  const [before, told] = [await events(), running.answers.length];
  await world.whileDatabaseIsDown(async () => {
    world.database('api').swallow(APPENDS);
    await until(async () => (await events()) > before, { timeoutMs: 10_000, everyMs: 5, what: 'a commit without a reply' });
    await world.program('api').kill();
    world.database('api').mend();
  });
  const caught = (await events()) - before - (running.answers.length - told);
  await world.program('api').start();
  return caught;
}

export const apiBetweenCommitAndReply = experiment({
  name: 'api-between-commit-and-reply',
  title: 'kill -9 of the api when its append is committed and PostgreSQL’s reply has not come: the repeat finds it',
  short: { kills: 3 },
  whole: { kills: 50 },
  async run(world, { kills }) {
    let caught = 0;
    const load = await world.load({ next: await ownPeople(world) }, async (running) => {
      for (let kill = 0; kill < kills; kill += 1) {
        await running.more(100);
        caught += await killBeforeReply(world, running);
      }
      await running.more(100);
    });
    demand(caught > 0, 'no append was caught between commit and reply');
    return `${kills} kills, ${caught} events committed whose reply never came, ${load.repeated} calls answered at a repeat`;
  },
});
