import { until } from '#testing';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';

/** Of a Bind message: no portal, and the name of the prepared statement. */
const APPENDS = '\0append\0';

export const apiBetweenCommitAndReply = experiment({
  name: 'api-between-commit-and-reply',
  title: 'kill -9 of the api when its append is committed and PostgreSQL’s reply has not come: the repeat finds it',
  short: { kills: 3 },
  whole: { kills: 50 },
  async run(world, { kills }) {
    const api = world.program('api');
    const events = async (): Promise<number> => (await world.query<{ n: number }>('SELECT count(*)::int AS n FROM events'))[0]?.n ?? 0;
    let caught = 0;
    const load = await world.load({ next: await ownPeople(world) }, async (running) => {
      for (let kill = 0; kill < kills; kill += 1) {
        await running.more(100);
        const [before, told] = [await events(), running.answers.length];
        await world.whileDatabaseIsDown(async () => {
          world.database('api').swallow(APPENDS);
          await until(async () => (await events()) > before, { timeoutMs: 10_000, everyMs: 5, what: 'a commit without a reply' });
          await api.kill();
        });
        caught += (await events()) - before - (running.answers.length - told);
        world.database('api').mend();
        await api.start();
      }
      await running.more(100);
    });
    demand(caught > 0, 'no append was caught between commit and reply');
    return `${kills} kills, ${caught} events committed whose reply never came, ${load.repeated} calls answered at a repeat`;
  },
});
