import { chosenOf, mayProcess, statusAt, underNotices, unsaid, type PersonState, type Publication, type Stream } from '#consent';
import type { NoticeRef, Preferences } from '#contracts';
import type { CatalogueInForce, DefinedPurpose } from '#ledger';

/** What holds for one purpose at one moment. */
export interface PurposeState {
  purpose: string;
  status: string;
  allowed: boolean;
  basis: string;
  channels?: string[];
  partners?: string[];
  since?: string;
  validUntil?: string;
  version: number;
  notice?: NoticeRef;
  preferences?: Preferences;
  /** What was decided, where a restriction, a suppression, a pause or a preferred channel stands above it. */
  chosen?: { status: string; allowed: boolean; channels?: string[]; partners?: string[]; preferences?: Preferences; preferred?: string[] };
}

export interface PersonAnswer {
  person: string;
  kind: string;
  consents: PurposeState[];
  /** What stands above every choice now; absent where nothing does, and in an answer for the past. */
  whole?: WholePerson;
}

/** Facts about the whole person. */
export interface WholePerson {
  restrictedSince?: string;
  suppressed?: true;
  suppressedChannels?: string[];
  pausedUntil?: string;
}

/** What of a person's own state stands above his choices at `now`; undefined where nothing does. */
export function wholeOf({ restrictedSince, suppressed, suppressedChannels, pausedUntil }: PersonState, now: string): WholePerson | undefined {
  const paused = pausedUntil !== undefined && pausedUntil > now ? pausedUntil : undefined;
  const whole: WholePerson = { restrictedSince, suppressed: suppressed || undefined, suppressedChannels: suppressedChannels.length > 0 ? suppressedChannels : undefined, pausedUntil: paused };
  return Object.values(whole).some((value) => value !== undefined) ? whole : undefined;
}

/** The state of a purpose as it is shown: lists always stand where the purpose has them; after `validUntil`, and from the day of a material notice change, it is over. */
export function stateOf(purpose: DefinedPurpose, recorded: Stream, publications: readonly Publication[], now: string): PurposeState {
  const stream = underNotices(recorded, publications, now);
  const { channels, partners, since, validUntil, version, notice } = stream;
  const lists = { channels: purpose.channels && (channels ?? []), partners: purpose.partners ? (partners ?? []) : undefined };
  return { purpose: purpose.id, status: statusAt(stream, now), allowed: mayProcess(stream, now), basis: purpose.basis, ...lists, since, validUntil, version, notice, preferences: stream.preferences, chosen: chosenIn(stream) };
}

function chosenIn(stream: Stream): PurposeState['chosen'] {
  if (!stream.chosen) return undefined;
  const { status, allowed, channels, partners, preferences, preferred } = chosenOf(stream);
  return { status, allowed, channels, partners, preferences, preferred };
}

export interface PersonStreams {
  person: string;
  kind: string;
  streams: Map<string, Stream>;
  /** What holds for the whole person: it decides where he has said nothing on a purpose. */
  whole?: PersonState;
}

/** Every purpose of the holder's kind but drafts, and those on which he has said something anyway; the default where he has said nothing. */
export function answerAt({ person, kind, streams, whole }: PersonStreams, catalogue: Pick<CatalogueInForce, 'purposes' | 'publications'>, now: string): PersonAnswer {
  const purposes = [...catalogue.purposes.values()].filter((purpose) => (purpose.holder === kind && purpose.state !== 'draft') || streams.has(purpose.id));
  return { person, kind, consents: purposes.map((purpose) => stateOf(purpose, streams.get(purpose.id) ?? unsaid(purpose, whole, now), catalogue.publications, now)) };
}
