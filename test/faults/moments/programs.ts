import { setTimeout as pause } from 'node:timers/promises';
import { killBeforeReply } from '../experiments/api-between-commit-and-reply.js';
import { jumpFourTimes } from '../experiments/clock.js';
import { killAt } from '../experiments/relay-killed.js';
import { raceTwo } from '../experiments/relays-racing.js';
import { terminateAll } from '../experiments/terminated.js';
import type { World } from '../world.js';
import type { Moment } from './moment.js';

const SECONDS_PER_JUMP = 2;
const TURNS_OF_A_RACE = 6;

async function again(world: World, name: string): Promise<void> {
  await world.program(name).kill();
  await world.program(name).start();
}

async function frozen(world: World, name: string, milliseconds: number): Promise<void> {
  world.program(name).freeze();
  await pause(milliseconds);
  world.program(name).wake();
}

/** Processes that are killed, frozen, told to end, set against each other, or given a wrong time. */
export const OF_PROGRAMS: Record<string, Moment> = {
  'api killed': (world) => again(world, 'api'),
  'api killed between commit and reply': (world, _, running) => killBeforeReply(world, running),
  'relay killed': (world) => again(world, 'relay'),
  'relay killed between sequencing and sending': (world) => killAt(world, 'request'),
  'relay killed between acknowledgement and cursor': (world) => killAt(world, 'reply'),
  'relay frozen': (world, chance) => frozen(world, 'relay', 500 + chance() * 3_000),
  'two relays racing': (world, chance) => raceTwo(world, TURNS_OF_A_RACE, chance),
  'system killed': (world, chance) => again(world, chance() < 0.5 ? 'newsletter' : 'portal'),
  'system frozen': (world, chance) => frozen(world, 'newsletter', chance() * 10_000),
  async 'all told to end without Kafka'(world) {
    await world.servers.endKafka('kill');
    await terminateAll(world);
    await world.servers.startKafka();
  },
  'clocks jumping': (world) => jumpFourTimes(world, SECONDS_PER_JUMP),
};
