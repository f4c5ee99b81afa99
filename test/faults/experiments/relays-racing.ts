import { setTimeout as pause } from 'node:timers/promises';
import { experiment, type Chance } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

/** The relay that holds the lease, by the address of its connection; any where none can be told. */
async function kill(world: World, names: string[], at: number): Promise<void> {
  const relay = world.program(names[at % names.length] ?? 'relay');
  await relay.kill();
  await relay.start();
}

/** One of them is killed and started again, or, every third time, frozen for longer than a lease. True: it was frozen. */
async function harmOne(world: World, names: string[], turn: number, chance: Chance): Promise<boolean> {
  await pause(300 + chance() * 1_000);
  const at = Math.floor(chance() * names.length);
  if (turn % 3 !== 2) {
    await kill(world, names, at);
    return false;
  }
  const relay = world.program(names[at] ?? 'relay');
  relay.freeze();
  await pause(2_000);
  relay.wake();
  return true;
}

/** Two relays for so many turns. */
export async function raceTwo(world: World, turns: number, chance: Chance): Promise<void> {
  await (await world.add('relay', 'relay-2')).start();
  for (let turn = 0; turn < turns; turn += 1) await harmOne(world, ['relay', 'relay-2'], turn, chance);
  await world.remove('relay-2');
}

export const relaysRacing = experiment({
  name: 'relays-racing',
  title: 'two relays, then four, race for the lead; they are killed, and frozen for longer than a lease, at random',
  short: { kills: 6 },
  whole: { kills: 60 },
  async run(world, { kills }, chance) {
    const names = ['relay'];
    let frozen = 0;
    const join = async (name: string): Promise<void> => {
      names.push(name);
      await (await world.add('relay', name)).start();
    };
    const load = await world.load({ next: await ownPeople(world), perSecond: 400 }, async (running) => {
      await join('relay-2');
      for (let turn = 0; turn < kills; turn += 1) {
        if (turn === Math.floor(kills / 2)) for (const name of ['relay-3', 'relay-4']) await join(name);
        if (await harmOne(world, names, turn, chance)) frozen += 1;
      }
      await running.more(200);
    });
    for (const name of names.slice(1)) await world.remove(name);
    return `${kills - frozen} kills and ${frozen} freezes of 2 s among 2 and 4 relays, ${load.perSecond} changes a second`;
  },
});
