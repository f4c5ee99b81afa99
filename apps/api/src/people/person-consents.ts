import { Injectable } from '@nestjs/common';
import { chosenOf, emptyStream, mayProcess, statusAt, streamAsOf, type Stream } from '#consent';
import type { NoticeRef, Preferences } from '#contracts';
import { homeOf, microsOf, nowMicros, Reader, timeText, type DefinedPurpose } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from './people-tables.js';

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


function stateOf(purpose: DefinedPurpose, stream: Stream, now: string): PurposeState {
  const { channels, partners, since, validUntil, version, notice } = stream;
  const lists = { channels: purpose.channels && (channels ?? []), partners: purpose.partners ? (partners ?? []) : undefined };
  return { purpose: purpose.id, status: statusAt(stream, now), allowed: mayProcess(stream, now), basis: purpose.basis, ...lists, since, validUntil, version, notice, preferences: stream.preferences, chosen: chosenIn(stream) };
}

function chosenIn(stream: Stream): PurposeState['chosen'] {
  if (!stream.chosen) return undefined;
  const { status, allowed, channels, partners } = chosenOf(stream);
  return { status, allowed, channels, partners };
}

/** What holds, or held, for one person: every purpose of his kind, and those on which he has said something anyway. */
@Injectable()
export class PersonConsents {
  constructor(
    private readonly tables: PeopleTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly reader: Reader,
  ) {}

  /** Of somebody who was merged: what holds for the person he was merged into. As of a past time: his own. */
  async read(id: string, { asOf, knownAt }: { asOf?: string; knownAt?: string }): Promise<PersonAnswer> {
    const kind = await this.tables.kind(id);
    const now = timeText(nowMicros());
    const person = asOf === undefined && knownAt === undefined ? await homeOf(this.reader, id) : id;
    if (asOf === undefined && knownAt === undefined) return this.answer(person, kind, await this.tables.streams(person), now);
    const at = { asOf: asOf === undefined ? now : timeText(microsOf(asOf)), knownAt: knownAt === undefined ? now : timeText(microsOf(knownAt)) };
    if (at.knownAt > now) throw new ProblemError(422, 'known_at_in_future', 'nobody knows yet what will be known then');
    if (knownAt !== undefined) await this.tables.raiseKnown(person, microsOf(knownAt));
    return this.answer(person, kind, await this.past(person, at), at.asOf);
  }

  private async past(person: string, at: { asOf: string; knownAt: string }): Promise<Map<string, Stream>> {
    const events = await this.tables.events(person);
    const streams = new Map<string, Stream>();
    for (const purpose of this.catalogue.get().purposes.values()) {
      const own = events.filter((event) => event.purpose === purpose.id);
      if (own.length > 0) streams.set(purpose.id, streamAsOf(own, purpose, at));
    }
    return streams;
  }

  private answer(person: string, kind: string, streams: Map<string, Stream>, now: string): PersonAnswer {
    const purposes = [...this.catalogue.get().purposes.values()].filter((purpose) => purpose.holder === kind || streams.has(purpose.id));
    return { person, kind, consents: purposes.map((purpose) => stateOf(purpose, streams.get(purpose.id) ?? emptyStream(purpose), now)) };
  }
}
