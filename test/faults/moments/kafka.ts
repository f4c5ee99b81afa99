import { setTimeout as pause } from 'node:timers/promises';
import { topicsOf } from '#contracts';
import { PRODUCE } from '#testing';
import { putAndPark } from '../experiments/poison.js';
import { removeAndRefill } from '../experiments/topic-deleted.js';
import type { Moment } from './moment.js';

const POISON_OF_EACH = 2;

/** Kafka ended, frozen, cut off, robbed of a reply or of a topic, and given what nobody can read. */
export const OF_KAFKA: Record<string, Moment> = {
  'Kafka killed': (world) => world.servers.endKafka('kill').then(() => world.servers.startKafka()),
  'Kafka stopped': (world) => world.servers.endKafka('stop').then(() => world.servers.startKafka()),
  async 'Kafka frozen'(world, chance) {
    world.servers.signalKafka('SIGSTOP');
    await pause(chance() * 15_000);
    world.servers.signalKafka('SIGCONT');
  },
  async 'Kafka cut'(world, chance) {
    world.kafkaWay.cut();
    await pause(chance() * 5_000);
    world.kafkaWay.mend();
  },
  async 'reply swallowed'(world) {
    let done = false;
    world.kafkaWay.rules({ reply: ({ api }) => (!done && api === PRODUCE && (done = true) ? 'swallow' : 'pass') });
    await pause(2_000);
    world.kafkaWay.rules({});
  },
  'events deleted': (world) => removeAndRefill(world, [topicsOf().events]),
  'state deleted': (world) => removeAndRefill(world, [topicsOf().state]),
  poison: (world) => putAndPark(world, POISON_OF_EACH),
};
