import type { World } from './world.js';

/** How large an experiment is run. */
export type Sizes = Record<string, number>;

export interface Experiment<S extends Sizes = Sizes> {
  name: string;
  /** What is done, and what must hold then. */
  title: string;
  /** How many brokers are the Kafka of its world; without it one. */
  brokers?: number;
  /** Nothing is brought up before: in a new world no program and no Kafka has run yet. */
  fromNothing?: true;
  /** A few minutes for all of them, on two cores. */
  short: S;
  whole: S;
  /** Does it, and gives its figures. Throws where something beyond the checker's questions does not hold. */
  run(world: World, sizes: S, chance: Chance): Promise<string>;
}

/** Numbers from 0 (included) to 1, the same for the same seed. */
export type Chance = () => number;

/** Mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** In an order that chance gives. */
export function shuffled<T>(list: readonly T[], chance: Chance): T[] {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(chance() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

export const experiment = <S extends Sizes>(one: Experiment<S>): Experiment => one as unknown as Experiment;

/** Fails with a sentence. */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

export const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;
