import { streamAsOf, type Stream } from '#consent';
import { microsOf, nowMicros, Refusal, timeText, type CatalogueInForce } from '#ledger';
import type { PersonTables } from './person-tables.js';
import { answerAt, type PersonAnswer } from './states.js';

/** Times as they are asked for: RFC 3339. Without both, what holds now. */
export interface AsOf {
  /** What held then. */
  asOf?: string;
  /** As the ledger knew it then. */
  knownAt?: string;
}

type Catalogue = Pick<CatalogueInForce, 'purposes' | 'publications'>;

async function past(tables: PersonTables, { purposes }: Catalogue, person: string, at: Required<AsOf>): Promise<Map<string, Stream>> {
  const events = await tables.events(person);
  const streams = new Map<string, Stream>();
  for (const purpose of purposes.values()) {
    const own = events.filter((event) => event.purpose === purpose.id);
    if (own.length > 0) streams.set(purpose.id, streamAsOf(own, purpose, at));
  }
  return streams;
}

/**
 * What holds, or held, for one person (rule 13). The answer for a fixed pair of `asOf` and `knownAt` never changes: what
 * is known of him and of the notices is closed up to `knownAt` before it is read. Refusal 422 `known_at_in_future`, 404 `person_unknown`.
 */
export async function readStates(tables: PersonTables, catalogue: Catalogue, person: string, { asOf, knownAt }: AsOf): Promise<PersonAnswer> {
  const kind = await tables.kind(person);
  const now = timeText(nowMicros());
  if (asOf === undefined && knownAt === undefined) return answerAt({ person, kind, streams: await tables.streams(person) }, catalogue, now);
  const at = { asOf: asOf === undefined ? now : timeText(microsOf(asOf)), knownAt: knownAt === undefined ? now : timeText(microsOf(knownAt)) };
  if (at.knownAt > now) throw new Refusal(422, 'known_at_in_future', 'nobody knows yet what will be known then');
  if (knownAt !== undefined) await tables.raiseKnown(person, microsOf(knownAt));
  const publications = await tables.publications(at.knownAt);
  return answerAt({ person, kind, streams: await past(tables, catalogue, person, at) }, { ...catalogue, publications }, at.asOf);
}
