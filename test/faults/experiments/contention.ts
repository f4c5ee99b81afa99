import type { Call } from '#testing';
import { demand, experiment, shuffled } from '../experiment.js';
import { decisionOf, someone } from '../people.js';
import type { World } from '../world.js';

export const oneStream = experiment({
  name: 'one-stream',
  title: '100 writers on one stream of one person, behind two processes of the api: versions without gap, in order',
  short: { writers: 100, calls: 600 },
  whole: { writers: 100, calls: 50_000 },
  async run(world, { writers, calls }) {
    const second = await secondApi(world);
    const email = someone();
    const next = (writer: number, count: number): Call | undefined => (count * writers >= calls ? undefined : decisionOf(world, { email }, (writer + count) % 2 === 0));
    const load = await world.load({ next, writers, urls: [world.apiUrl, second] }, (running) => running.done());
    await world.remove('api-2');
    demand(load.refused.length === 0, `${load.refused.length} calls were refused: ${load.refused[0]?.text}`);
    const changes = load.answers.filter(({ status }) => status === 201).length;
    return `${calls} calls in turn give and take back, ${changes} changed it, ${load.perSecond} calls a second`;
  },
});

async function secondApi(world: World): Promise<string> {
  const { freePort } = await import('#servers');
  const port = await freePort();
  await (await world.add('api', 'api-2', { API_PORT: String(port) })).start();
  return `http://127.0.0.1:${port}`;
}

/** Purposes of a person that anybody may refuse and take back. */
async function purposesOfPeople(world: World, count: number): Promise<string[]> {
  const response = await fetch(new URL('/v1/purposes', world.apiUrl));
  const { purposes } = (await response.json()) as { purposes: { id: string; basis: string; holder: string; choice: string }[] };
  return purposes.filter(({ holder, basis, choice }) => holder === 'person' && basis === 'eu-gdpr:A6-1-a' && choice !== 'told').map(({ id }) => id).slice(0, count);
}

export const crossingOrders = experiment({
  name: 'crossing-orders',
  title: '1,000 people x 6 purposes, in crossing orders through two processes of the api: no deadlock reaches a caller',
  short: { people: 100, purposes: 6, rounds: 2 },
  whole: { people: 1_000, purposes: 6, rounds: 4 },
  async run(world, sizes, chance) {
    const second = await secondApi(world);
    const purposes = await purposesOfPeople(world, sizes.purposes);
    demand(purposes.length === sizes.purposes, `the catalogue has ${purposes.length} such purposes`);
    const people = Array.from({ length: sizes.people }, someone);
    const key = world.ledger.keys['consents:write'] ?? '';
    const callOf = (email: string, decision: string): Call => ({ path: '/v1/consents', key, body: { subject: { email }, decisions: shuffled(purposes, chance).map((purpose) => ({ purpose, decision })) } });
    const calls = Array.from({ length: sizes.rounds }, (_, round) => [...shuffled(people, chance), ...shuffled(people, chance)].map((email) => callOf(email, round % 2 === 0 ? 'refuse' : 'withdraw'))).flat();
    const load = await world.load({ next: () => calls.shift(), writers: 64, urls: [world.apiUrl, second] }, (running) => running.done());
    await world.remove('api-2');
    demand(load.refused.length === 0, `${load.refused.length} calls were refused: ${load.refused[0]?.text}`);
    const [row] = await world.query<{ n: string }>('SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()');
    return `${load.answers.length} calls of six decisions each, ${load.perSecond} a second, ${row?.n} deadlocks in the database`;
  },
});
