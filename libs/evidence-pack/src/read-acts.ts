import { readPropagation, type Act } from '#propagation';
import type { Chains } from './read-chains.js';
import type { PackSource } from './source.js';

const PAGE = 500;

/** What downstream systems stated that they did about each event, in the order in which they did. */
export type Acts = ReadonlyMap<string, readonly Act[]>;

/** The acknowledgements of the events in these chains; an event that nobody acknowledged has none. */
export async function readActs({ pool, ledger }: PackSource, { chains }: Chains): Promise<Acts> {
  const acts = new Map<string, Act[]>();
  for (const { person, events } of chains) {
    const packed = new Set(events.map(({ event }) => event.event));
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page = await readPropagation(pool, ledger, person, { after, limit: PAGE });
      for (const { event, systems } of page.events) {
        const said = systems.filter(({ state }) => state !== 'waiting');
        if (packed.has(event) && said.length > 0) acts.set(event, said);
      }
      after = page.next;
    }
  }
  return acts;
}
