import { evolvePerson, nobodySpecial, streamAsOf, type Stream } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { microsOf, nowMicros, Refusal, timeText, type CatalogueInForce } from '#ledger';
import type { PersonTables } from './person-tables.js';
import { answerAt, type PersonAnswer, type PersonStreams } from './states.js';

/** Times as they are asked for: RFC 3339. Without both, what holds now. */
export interface AsOf {
  /** What held then. */
  asOf?: string;
  /** As the ledger knew it then. */
  knownAt?: string;
}

type Catalogue = Pick<CatalogueInForce, 'purposes' | 'publications'>;

const isKnown = ({ recordedAt, occurredAt }: LedgerEvent, { asOf, knownAt }: Required<AsOf>): boolean => recordedAt <= knownAt && occurredAt <= asOf;

async function past(tables: PersonTables, { purposes }: Catalogue, person: string, at: Required<AsOf>): Promise<Pick<PersonStreams, 'streams' | 'whole'>> {
  const events = await tables.events(person);
  const streams = new Map<string, Stream>();
  const whole = events.filter((event) => event.purpose === WHOLE_PERSON && isKnown(event, at)).reduce((state, event) => evolvePerson(state, event), nobodySpecial);
  for (const purpose of purposes.values()) {
    const own = events.filter((event) => event.purpose === purpose.id);
    const stream = streamAsOf(own, purpose, { ...at, whole });
    if (stream.version > 0) streams.set(purpose.id, stream);
  }
  return { streams, whole };
}

/**
 * What holds, or held, for one person (rule 13). The answer for a fixed pair of `asOf` and `knownAt` never changes: what
 * is known of him, of the notices and of the purposes is closed up to `knownAt` before it is read. Refusal 422 `known_at_in_future`, 404 `person_unknown`.
 */
export async function readStates(tables: PersonTables, catalogue: Catalogue, person: string, { asOf, knownAt }: AsOf): Promise<PersonAnswer> {
  const kind = await tables.kind(person);
  const now = timeText(nowMicros());
  if (asOf === undefined && knownAt === undefined) return answerAt({ person, kind, streams: await tables.streams(person), whole: await tables.whole(person) }, catalogue, now);
  const at = { asOf: asOf === undefined ? now : timeText(microsOf(asOf)), knownAt: knownAt === undefined ? now : timeText(microsOf(knownAt)) };
  if (at.knownAt > now) throw new Refusal(422, 'known_at_in_future', 'nobody knows yet what will be known then');
  if (knownAt !== undefined) await tables.raiseKnown(person, microsOf(knownAt));
  const publications = await tables.publications(at.knownAt);
  const known = { purposes: await tables.purposes(at.knownAt), publications };
  return answerAt({ person, kind, ...(await past(tables, known, person, at)) }, known, at.asOf);
}
