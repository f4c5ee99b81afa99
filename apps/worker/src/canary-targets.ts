import type { CatalogueInForce, DefinedPurpose } from '#ledger';
import type { ListedSystem } from '#propagation';

/** A purpose that the canary decides on, and who has to act on it. */
export interface Target {
  purpose: DefinedPurpose;
  systems: ListedSystem[];
}

/** What can be given and taken without anybody else: partners are named by people, and what is only told is neither. */
const isSwitchable = ({ choice, partners, state }: DefinedPurpose): boolean => choice !== 'told' && !partners && (state ?? 'active') === 'active';

/**
 * What the canary decides on: what systems say that they act on, each purpose with all whom it concerns, so that a system of
 * every purpose is asked along; where no system names any, one consent of people. `wanted` takes its place.
 */
export function targetsOf(systems: readonly ListedSystem[], { purposes }: Pick<CatalogueInForce, 'purposes'>, wanted?: readonly string[]): Target[] {
  const all = [...purposes.values()].filter(isSwitchable);
  const named = new Set(wanted ?? systems.flatMap((system) => system.purposes ?? []));
  const any = all.find(({ choice, holder }) => choice === 'grant-withdraw' && holder === 'person');
  const chosen = named.size > 0 ? all.filter(({ id }) => named.has(id)) : any ? [any] : [];
  return chosen
    .map((purpose) => ({ purpose, systems: systems.filter((system) => system.purposes === undefined || system.purposes.includes(purpose.id)) }))
    .filter((target) => target.systems.length > 0);
}
