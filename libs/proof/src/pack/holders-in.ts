import { partsIn } from './check-parts.js';
import type { PackReport } from './verify-pack.js';

/** One whose chain is in a pack, with what is his own. */
export interface Holder {
  /** Who it is, and why he is in the pack: `person <id>, merged into <id>`. */
  name: string;
  events: PackReport['events'];
}

/** The holders of a verified pack, each with the events of his own chain, in the order of the statement. */
export function holdersIn({ statement, events }: PackReport): Holder[] {
  const chains = (statement?.chains ?? []).map(({ person, kind }) => ({ person, kind, events: events.filter(({ event }) => event.person === person) }));
  return chains.map(({ person, kind, events: own }) => {
    const into = chains.find((chain) => partsIn(chain.events).has(person));
    return { name: `${kind} ${person}${into ? `, merged into ${into.person}` : ''}`, events: own };
  });
}
