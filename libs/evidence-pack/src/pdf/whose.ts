import { partsIn } from '#proof';
import type { Chain } from '../read-chains.js';

/** By its beginning an id is told from the few others of a pack. */
const brief = (person: string): string => `${person.slice(0, 8)}…`;

/** Whose each event is, in a pack that covers several holders; of one alone nothing is said. */
export class Whose {
  private readonly owners: Map<string, string>;

  constructor(private readonly chains: readonly Pick<Chain, 'person' | 'events'>[]) {
    this.owners = new Map(chains.flatMap(({ person, events }) => events.map(({ event }) => [event.event, person])));
  }

  /** ` of 1a2b3c4d…`, or nothing. */
  of(event: string): string {
    const owner = this.owners.get(event);
    return this.chains.length > 1 && owner !== undefined ? ` of ${brief(owner)}` : '';
  }

  /** Why a holder other than the one that was asked for is in the pack: `, merged into 1a2b3c4d…`. */
  role(person: string): string {
    const [first] = this.chains;
    if (!first || person === first.person) return '';
    const into = this.chains.find(({ events }) => partsIn(events).has(person));
    return into ? `, merged into ${brief(into.person)}` : `, who was merged with ${brief(first.person)}`;
  }
}
