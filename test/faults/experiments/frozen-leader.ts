import { endsOf, PRODUCE, readTopic, until, type Ends, type KafkaRequest } from '#testing';
import { stateKey, topicsOf } from '#contracts';
import { demand, experiment } from '../experiment.js';
import { decisionOf, someone } from '../people.js';
import type { World } from '../world.js';

const sendsState = ({ api, client, topic }: KafkaRequest): boolean => api === PRODUCE && client === 'samtycke-relay' && topic === topicsOf().state;

/** What was said of a stream on the state topic since then: null is a tombstone. */
async function saidSince(world: World, key: string, ends: Ends): Promise<(string | null)[]> {
  const said: (string | null)[] = [];
  await readTopic(world.brokers, topicsOf().state, (record) => void (record.key === key && said.push(record.value?.toString() ?? null)), ends);
  return said;
}

async function change(world: World, email: string, give: boolean): Promise<string> {
  const { path, body, key } = decisionOf(world, { email }, give);
  const { status, body: answer } = await world.call(path, body, key);
  demand(status === 201, `a change was answered ${status}`);
  return answer.person as string;
}

async function erase(world: World, person: string): Promise<void> {
  const { status, body } = await world.call(`/v1/people/${person}/erase`, { ground: 'eu-gdpr:A17-1-b' }, world.ledger.keys['people:write'] ?? '', { 'samtycke-reason': 'an experiment' });
  demand(status < 300, `the erasure was answered ${status} ${JSON.stringify(body)}`);
}

/**
 * The leader is frozen with a person's state in its hands; another one leads, and publishes the person's erasure. The state comes
 * behind the tombstone, and is taken back.
 */
export async function wakeAfterErasure(world: World): Promise<void> {
  const first = world.program('relay');
  const ends = await endsOf(world.brokers, topicsOf().state);
  first.freeze();
  const person = await change(world, someone(), true);
  const key = stateKey(person, 'newsletter');
  let held = false;
  world.kafkaWay.rules({ request: (request, frame) => (!held && sendsState(request) && frame.includes(key) && (held = true) ? 'hold' : 'pass') });
  first.wake();
  await until(() => held, { timeoutMs: 30_000, what: 'the leader to send a page of state' });
  first.freeze();
  world.kafkaWay.rules({});
  const second = await world.add('relay', 'relay-2');
  await second.start();
  await erase(world, person);
  const said = (): Promise<(string | null)[]> => saidSince(world, key, ends);
  await until(async () => (await said()).at(-1) === null, { timeoutMs: 60_000, everyMs: 250, what: 'the erasure on the state topic' });
  world.kafkaWay.mend();
  first.wake();
  const isLate = (values: (string | null)[]): boolean => values.some((value, at) => value !== null && values[at - 1] === null);
  await until(async () => isLate(await said()), { timeoutMs: 10_000, everyMs: 250, what: 'the late page of the frozen leader' });
  await until(async () => (await said()).at(-1) === null, { timeoutMs: 120_000, everyMs: 500, what: 'the relay to take back the state of an erased person' });
  await world.remove('relay-2');
}

export const frozenLeader = experiment({
  name: 'frozen-leader',
  title: 'a leader frozen in the middle of sending wakes after an erasure, and its page of state arrives behind the tombstone: the relay takes it back',
  short: { times: 1 },
  whole: { times: 10 },
  async run(world, { times }) {
    for (let time = 0; time < times; time += 1) await wakeAfterErasure(world);
    return `${times} times a state came back behind its tombstone, and was taken away again`;
  },
});
