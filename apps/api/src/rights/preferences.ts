import { Injectable } from '@nestjs/common';
import { allInEffect, decideFact, decidePreferences, type PersonFact } from '#consent';
import { microsOf, nowMicros, Refusal, streamsOf, timeText, type DefinedPurpose, type Entry, type View } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ProblemError } from '../http/problem.js';
import type { PreferencesBody } from './bodies.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';

interface Offered {
  topics: string[];
  frequencies: string[];
}

type Who = Pick<Asking, 'person' | 'key' | 'idempotency'>;

const ONLY_WHOLE = ['suppressed', 'suppressedChannels'] as const;
const ONLY_PURPOSE = ['channels', 'topics', 'frequency', 'language'] as const;

/** Ways to reach somebody that need no purpose's channel: what an identifier is of. */
const REACHES = ['email', 'phone'];

const wrong = (code: string, detail: string, members = {}): ProblemError => new ProblemError(422, code, detail, members);

/** A time in the ledger's form; the end of a pause lies ahead. */
function pauseUntil(until: string): string {
  const time = timeText(microsOf(until));
  if (time <= timeText(nowMicros())) throw wrong('pause_in_past', 'a pause ends in the future');
  return time;
}

/** The facts that a body about the whole person states. */
function factsOf({ suppressed, suppressedChannels, pausedUntil }: PreferencesBody): PersonFact[] {
  const facts: PersonFact[] = [];
  if (suppressed !== undefined) facts.push(suppressed ? { kind: 'suppress' } : { kind: 'end-suppression' });
  if (suppressedChannels !== undefined) facts.push({ kind: 'set-suppressed-channels', channels: suppressedChannels });
  if (pausedUntil !== undefined) facts.push(pausedUntil === null ? { kind: 'end-pause' } : { kind: 'pause', until: pauseUntil(pausedUntil) });
  return facts;
}

/** Preferences: what a person wants of what he consented to (rule 8), and what he wants of nobody for now. */
@Injectable()
export class PreferenceDesk {
  constructor(
    private readonly desk: PersonDesk,
    private readonly catalogue: CurrentCatalogue,
  ) {}

  async change(asking: Who, body: PreferencesBody): Promise<Done> {
    return body.purpose === undefined ? this.changeWhole(asking, body) : this.changeOne(asking, this.catalogue.purpose(body.purpose), body);
  }

  private async changeWhole(asking: Who, body: PreferencesBody): Promise<Done> {
    const misplaced = ONLY_PURPOSE.find((name) => body[name] !== undefined);
    if (misplaced) throw wrong('purpose_missing', 'this preference belongs to a purpose', { member: misplaced });
    const facts = factsOf(body);
    const [fact, ...others] = facts;
    if (!fact) throw wrong('nothing_to_change', 'name a preference');
    if (others.length > 0) throw wrong('one_at_a_time', 'suppressed, suppressedChannels and pausedUntil are changed one at a time');
    const known = new Set([...REACHES, ...[...this.catalogue.get().purposes.values()].flatMap(({ channels = [] }) => channels)]);
    const decide = (view: View, purposes: DefinedPurpose[]): Entry[] => {
      const unknown = body.suppressedChannels?.find((one) => !known.has(one) && !view.person.suppressedChannels.includes(one));
      if (unknown !== undefined) throw new Refusal(422, 'channel_unknown', 'no purpose has such a channel', { channel: unknown, channels: [...known].sort() });
      return decideFact(fact, view.person, streamsOf(view, purposes), view.recordedAt);
    };
    return this.desk.write({ ...asking, decide });
  }

  private async changeOne(asking: Who, purpose: DefinedPurpose, body: PreferencesBody): Promise<Done> {
    const misplaced = ONLY_WHOLE.find((name) => body[name] !== undefined);
    if (misplaced) throw wrong('not_of_a_purpose', 'this preference belongs to the whole person', { member: misplaced });
    this.checkOffered(purpose.id, body);
    const { channels, topics, frequency, language } = body;
    const pausedUntil = typeof body.pausedUntil === 'string' ? pauseUntil(body.pausedUntil) : body.pausedUntil;
    const change = { channels, topics, frequency, language, pausedUntil };
    const decide = (view: View, purposes: DefinedPurpose[]): Entry[] => {
      if (!purposes.some(({ id }) => id === purpose.id)) throw new Refusal(422, 'wrong_holder', 'this purpose belongs to another kind of holder');
      const stream = view.stream(purpose);
      const outcome = decidePreferences(change, stream, purpose, view.recordedAt);
      if (outcome.kind === 'refused') throw new Refusal(422, outcome.code, 'channels are those of the purpose that the person has consented to', { purpose: purpose.id });
      if (outcome.kind === 'unchanged') return [];
      return allInEffect(outcome.drafts, purpose, stream, view.person, view.recordedAt).map((draft) => ({ purpose, draft }));
    };
    return this.desk.write({ ...asking, decide });
  }

  /** Topics and frequencies are those that the catalogue offers for the purpose. */
  private checkOffered(purpose: string, { topics, frequency }: PreferencesBody): void {
    const { preferences = {} } = this.catalogue.get().document as { preferences?: Record<string, Offered> };
    const offered = preferences[purpose] ?? { topics: [], frequencies: [] };
    const topic = topics?.find((one) => !offered.topics.includes(one));
    if (topic !== undefined) throw wrong('topic_unknown', 'the purpose has no such topic', { topic, topics: offered.topics });
    if (frequency && !offered.frequencies.includes(frequency)) throw wrong('frequency_unknown', 'the purpose has no such frequency', { frequencies: offered.frequencies });
  }
}
