import { PRODUCE, readTopic, until, type KafkaRequest } from '#testing';
import { stateKey, topicsOf } from '#contracts';
import { demand, experiment } from '../experiment.js';
import { decisionOf, someone } from '../people.js';
import type { World } from '../world.js';

const sendsState = ({ api, client, topic }: KafkaRequest): boolean => api === PRODUCE && client === 'samtycke-relay' && topic === topicsOf().state;

/** The last record of a stream on the state topic: undefined where there is none, null for a tombstone. */
async function lastState(world: World, key: string): Promise<string | null | undefined> {
  let last: string | null | undefined;
  await readTopic(world.brokers, topicsOf().state, (record) => {
    if (record.key === key) last = record.value?.toString() ?? null;
  });
  return last;
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

/** The leader is frozen with a page of state in its hands; another one leads, and publishes the person's erasure. */
async function wakeAfterErasure(world: World): Promise<string> {
  const first = world.program('relay');
  const email = someone();
  let held = false;
  world.kafkaWay.rules({ request: (request) => (!held && sendsState(request) && (held = true) ? 'hold' : 'pass') });
  const person = await change(world, email, true);
  await until(() => held, { timeoutMs: 10_000, what: 'the leader to send a page of state' });
  first.freeze();
  world.kafkaWay.rules({});
  const second = await world.add('relay', 'relay-2');
  await second.start();
  await erase(world, person);
  const key = stateKey(person, 'newsletter');
  await until(async () => (await lastState(world, key)) === null, { timeoutMs: 30_000, everyMs: 250, what: 'the erasure on the state topic' });
  world.kafkaWay.mend();
  first.wake();
  await until(async () => (await lastState(world, key)) !== null, { timeoutMs: 10_000, everyMs: 250, what: 'the late page of the frozen leader' });
  return key;
}

export const frozenLeader = experiment({
  name: 'frozen-leader',
  title: 'a leader frozen in the middle of sending wakes after an erasure, and its page of state arrives behind the tombstone: the relay takes it back',
  short: { times: 1 },
  whole: { times: 10 },
  async run(world, { times }) {
    for (let time = 0; time < times; time += 1) {
      const key = await wakeAfterErasure(world);
      await until(async () => (await lastState(world, key)) === null, { timeoutMs: 60_000, everyMs: 500, what: 'the relay to take back the state of an erased person' });
      await world.remove('relay-2');
    }
    return `${times} times a state came back behind its tombstone, and was taken away again`;
  },
});
