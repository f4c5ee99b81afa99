import { WHOLE_PERSON } from '#contracts';

/** The purposes whose state has been read and is followed; undefined: all. */
export type Purposes = readonly string[] | undefined;

/** What has been read once, and is followed since. */
export interface Learnt {
  purposes: Purposes;
}

/** Whether what is kept holds all that is wanted. */
export const covers = (kept: Purposes, wanted: Purposes): boolean => kept === undefined || (wanted?.every((purpose) => kept.includes(purpose)) ?? false);

/** Whether the state of all these purposes has been read. */
export const isInformed = (learnt: Learnt | undefined, wanted: Purposes): boolean => learnt !== undefined && covers(learnt.purposes, wanted);

/** Whether the events of a purpose are followed without a gap, so that its state need not be read again. */
export const isFollowed = ({ purposes }: Learnt, purpose: string): boolean => purpose === WHOLE_PERSON || covers(purposes, [purpose]);

/** What is left of `kept` when only `wanted` is followed from now on. */
export const common = (kept: Purposes, wanted: readonly string[]): string[] => wanted.filter((purpose) => kept?.includes(purpose) ?? true);
