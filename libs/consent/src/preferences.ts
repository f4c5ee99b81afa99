import type { Preferences } from '#contracts';
import { refused, unchanged, type Outcome } from './command.js';
import { valuesOf, type Stream } from './consent.js';
import { chosenOf } from './effective.js';
import { sorted } from './lists.js';
import type { PurposeRule } from './purposes.js';

/** A person's wishes for one purpose. Absent: as before; null: taken back. */
export interface PreferenceChange {
  /** Of the consented channels, those to be used; changing them is no consent. */
  channels?: string[] | null;
  topics?: string[] | null;
  frequency?: string | null;
  language?: string | null;
  pausedUntil?: string | null;
}

const PLAIN = ['topics', 'frequency', 'language', 'pausedUntil'] as const;

function merged(before: Preferences | undefined, change: PreferenceChange): Preferences | undefined {
  const after: Record<string, unknown> = { ...before };
  for (const name of PLAIN) {
    const value = change[name];
    if (value === undefined) continue;
    if (value === null) delete after[name];
    else after[name] = Array.isArray(value) ? sorted(value) : value;
  }
  return Object.keys(after).length > 0 ? (after as Preferences) : undefined;
}

/** The channels to be used: undefined where all consented ones are. */
function preferredAfter(stream: Stream, { channels }: PreferenceChange): string[] | undefined {
  if (channels === undefined) return stream.preferred;
  if (channels === null) return undefined;
  const wanted = sorted(channels);
  return wanted.length === (stream.channels ?? []).length ? undefined : wanted;
}

/** What a preference may name: channels of the purpose, and only those that are consented to. */
function wrongChannel(stream: Stream, purpose: PurposeRule, channels: string[]): 'channel_unknown' | 'channel_not_consented' | undefined {
  if (channels.some((channel) => !purpose.channels?.includes(channel))) return 'channel_unknown';
  return channels.some((channel) => !stream.channels?.includes(channel)) ? 'channel_not_consented' : undefined;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Changes what a person prefers. It is no consent (rule 8): it never allows more than what was consented to, and leaves
 * status, notice and time of the decision as they are. `stream` is what was chosen (`chosenOf`).
 */
export function decidePreferences(change: PreferenceChange, stream: Stream, purpose: PurposeRule, now: string): Outcome {
  const chosen = chosenOf(stream);
  if (purpose.choice === 'told' && (change.channels || change.pausedUntil)) return refused('not_switchable');
  const wrong = change.channels ? wrongChannel(chosen, purpose, change.channels) : undefined;
  if (wrong) return refused(wrong);
  const preferences = merged(chosen.preferences, change);
  const preferred = preferredAfter(chosen, change);
  if (same(preferences, chosen.preferences) && same(preferred, chosen.preferred)) return unchanged;
  const after = { ...valuesOf(chosen), preferences };
  return { kind: 'done', drafts: [{ type: 'preferences-changed', occurredAt: now, after, preferred: preferred ?? null }] };
}
