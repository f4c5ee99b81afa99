import type { Stream } from './consent.js';
import type { PurposeRule } from './purposes.js';

/** The channel and partner lists of a purpose; a purpose without such a list has neither. */
export interface Lists {
  channels?: string[];
  partners?: string[];
}

export const sorted = (list: readonly string[]): string[] => [...new Set(list)].sort();

export const sameList = (one: string[] = [], other: string[] = []): boolean => one.length === other.length && one.every((item) => other.includes(item));

const without = (list: string[] | undefined, gone: readonly string[]): string[] | undefined =>
  list?.filter((item) => !gone.includes(item));

const nothingLeft = (list: string[] | undefined): boolean => list !== undefined && list.length === 0;

/** `allowed` of a consent: no list of it is empty. */
export const somethingLeft = (lists: Lists): boolean => !nothingLeft(lists.channels) && !nothingLeft(lists.partners);

export const emptyLists = (purpose: PurposeRule): Lists => ({
  channels: purpose.channels ? [] : undefined,
  partners: purpose.partners ? [] : undefined,
});

export const listsOf = (stream: Stream, purpose: PurposeRule): Lists => ({
  channels: purpose.channels ? (stream.channels ?? []) : undefined,
  partners: purpose.partners ? (stream.partners ?? []) : undefined,
});

/** Of a consent that was given before its purpose had channels all of them are used: a "no" to one takes that one. */
export const heldLists = (stream: Stream, purpose: PurposeRule): Lists => ({ ...listsOf(stream, purpose), channels: purpose.channels && (stream.channels ?? purpose.channels) });

/** Of the lists that are named, those that the purpose has. */
export const ownLists = ({ channels, partners }: Lists, purpose: PurposeRule): Lists => ({
  channels: purpose.channels && channels,
  partners: purpose.partners ? partners : undefined,
});

/** Lists as an event's fact names them. */
export const namedIn = ({ channels, partners }: Lists): Lists => ({ ...(channels && { channels: sorted(channels) }), ...(partners && { partners: sorted(partners) }) });

/** What a grant asks for: its lists are complete; no channels means every channel of the purpose. */
export const askedLists = (purpose: PurposeRule, asked: Lists): Lists => ({
  channels: purpose.channels && sorted(asked.channels ?? purpose.channels),
  partners: purpose.partners ? sorted(asked.partners ?? []) : undefined,
});

/** What remains of `held` when only what stands in `kept` may stay. */
export const keepOnly = (held: Lists, kept: Lists): Lists => ({
  channels: held.channels?.filter((item) => kept.channels?.includes(item)),
  partners: held.partners?.filter((item) => kept.partners?.includes(item)),
});

/** What remains when a withdrawal names lists; naming none takes everything. */
export function takeAway(held: Lists, gone: Lists): Lists {
  if (!gone.channels && !gone.partners) return { channels: held.channels && [], partners: held.partners && [] };
  return { channels: without(held.channels, gone.channels ?? []), partners: without(held.partners, gone.partners ?? []) };
}

const count = (lists: Lists): number => (lists.channels?.length ?? 0) + (lists.partners?.length ?? 0);

/** `part` is always a subset of `whole` here, so the counts tell. */
export const isSmaller = (part: Lists, whole: Lists): boolean => count(part) < count(whole);
