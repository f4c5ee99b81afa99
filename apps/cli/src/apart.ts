import { CliError } from './installation.js';

const isGiven = (value: unknown): boolean => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);

/** The names of those that were given, each as it is written. */
export const givenOf = (named: Record<string, unknown>): string[] => Object.entries(named).filter(([, value]) => isGiven(value)).map(([name]) => name);

/** Refuses two that say different things: whichever was followed, the other would seem to be. */
export function demandApart(named: Record<string, unknown>): void {
  const given = givenOf(named);
  if (given.length > 1) throw new CliError(`${given.slice(0, -1).join(', ')} and ${given.at(-1)} do not go together`);
}

/** Refuses what says nothing without what it belongs to. */
export function demandBeside(main: Record<string, unknown>, named: Record<string, unknown>): void {
  const given = givenOf(named);
  if (given.length > 0 && givenOf(main).length === 0) throw new CliError(`${given.join(' and ')} ${given.length > 1 ? 'go' : 'goes'} with ${Object.keys(main).join(' or ')} only`);
}
