import type { Preferences } from '#contracts';
import type { Stream } from './consent.js';
import { sameList } from './lists.js';
import { isOver, laterOf } from './time.js';

type Wishes = Preferences | undefined;
type Wish = keyof Preferences;

const textOf = (value: unknown): string => JSON.stringify(value ?? null);
const membersOf = (wishes: Wishes): string => textOf(Object.entries(wishes ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Whether two people wish the same of a purpose, in whatever order it was said. */
export const sameWishes = (one: Wishes, other: Wishes): boolean => membersOf(one) === membersOf(other);

/** Wishes with another one in the place of one; undefined where none is left. */
function withWish<W extends Wish>(wishes: Wishes, name: W, value: Preferences[W] | undefined): Wishes {
  const { [name]: _gone, ...others } = wishes ?? {};
  const left: Preferences = { ...others, ...(value !== undefined && { [name]: value }) };
  return Object.keys(left).length > 0 ? left : undefined;
}

export const withPause = (wishes: Wishes, pausedUntil: string | undefined): Wishes => withWish(wishes, 'pausedUntil', pausedUntil);

/** Until when a purpose is paused by what was wished of it alone; undefined where that is over. */
export const ownPause = ({ preferences }: Pick<Stream, 'preferences'>, now: string): string | undefined =>
  isOver(preferences?.pausedUntil, now) ? undefined : preferences?.pausedUntil;

/** A choice with a pause that does not end sooner than its own. */
export const longerPaused = (stream: Stream, until: string | undefined): Stream => ({ ...stream, preferences: withPause(stream.preferences, laterOf(stream.preferences?.pausedUntil, until)) });

/** Of the channels of a choice, those to be used. */
const usedChannels = ({ allowed, channels = [], preferred }: Stream): string[] => (allowed ? channels.filter((one) => preferred?.includes(one) ?? true) : []);

/** Whether two choices are used alike: on the same channels, and by the same wishes; a pause that is over is none. */
export const usedAlike = (one: Stream, other: Stream, now: string): boolean =>
  sameList(usedChannels(one), usedChannels(other)) && sameWishes(withPause(one.preferences, ownPause(one, now)), withPause(other.preferences, ownPause(other, now)));

/** Of the channels that are left, those that both use; undefined where these are all. None in common: none. */
export function usedByBoth(channels: string[] | undefined, own: Stream, from: Stream): string[] | undefined {
  const used = channels?.filter((one) => usedChannels(own).includes(one) && usedChannels(from).includes(one));
  return used?.length === channels?.length ? undefined : used;
}

const MOVED = ['topics', 'frequency', 'language'] as const satisfies Wish[];

/** A choice with all but the pause of what a wish changed from `was` to `is`; what it left as it was may be somebody else's. */
export function wishedAs(own: Stream, was: Stream, is: Stream): Stream {
  const changed = MOVED.filter((name) => textOf(was.preferences?.[name]) !== textOf(is.preferences?.[name]));
  const preferences = changed.reduce((wishes, name) => withWish(wishes, name, is.preferences?.[name]), own.preferences);
  const preferred = textOf(was.preferred) === textOf(is.preferred) ? own.preferred : is.preferred;
  return { ...own, preferences, preferred };
}
