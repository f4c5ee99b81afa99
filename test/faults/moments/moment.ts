import type { Load } from '#testing';
import type { Chance } from '../experiment.js';
import type { World } from '../world.js';

/** A fault that can come at any time under a load that goes on; it leaves the world as it found it. */
export type Moment = (world: World, chance: Chance, running: Load) => Promise<unknown>;
