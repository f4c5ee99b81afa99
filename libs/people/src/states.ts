import { chosenOf, emptyStream, mayProcess, statusAt, underNotices, type Publication, type Stream } from '#consent';
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
  chosen?: { status: string; allowed: boolean; channels?: string[]; partners?: string[] };
}

export interface PersonAnswer {
  person: string;
  kind: string;
  consents: PurposeState[];
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
  const { status, allowed, channels, partners } = chosenOf(stream);
  return { status, allowed, channels, partners };
}

export interface PersonStreams {
  person: string;
  kind: string;
  streams: Map<string, Stream>;
}

/** Every purpose of the holder's kind but drafts, and those on which he has said something anyway; the default where he has said nothing. */
export function answerAt({ person, kind, streams }: PersonStreams, catalogue: Pick<CatalogueInForce, 'purposes' | 'publications'>, now: string): PersonAnswer {
  const purposes = [...catalogue.purposes.values()].filter((purpose) => (purpose.holder === kind && purpose.state !== 'draft') || streams.has(purpose.id));
  return { person, kind, consents: purposes.map((purpose) => stateOf(purpose, streams.get(purpose.id) ?? emptyStream(purpose), catalogue.publications, now)) };
}
