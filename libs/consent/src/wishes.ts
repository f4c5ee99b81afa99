import type { Preferences } from '#contracts';

type Wishes = Preferences | undefined;

const membersOf = (wishes: Wishes): string => JSON.stringify(Object.entries(wishes ?? {}).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Whether two people wish the same of a purpose, in whatever order it was said. */
export const sameWishes = (one: Wishes, other: Wishes): boolean => membersOf(one) === membersOf(other);

export function withPause(wishes: Wishes, pausedUntil: string | undefined): Wishes {
  const { pausedUntil: _own, ...others } = wishes ?? {};
  const left: Preferences = { ...others, ...(pausedUntil !== undefined && { pausedUntil }) };
  return Object.keys(left).length > 0 ? left : undefined;
}
