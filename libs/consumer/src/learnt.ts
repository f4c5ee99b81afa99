/** The purposes whose state has been read and is followed; undefined: all. */
export type Purposes = readonly string[] | undefined;

/** Whether what is kept holds all that is wanted. */
export const covers = (kept: Purposes, wanted: Purposes): boolean => kept === undefined || (wanted?.every((purpose) => kept.includes(purpose)) ?? false);

/** What is left of `kept` when only `wanted` is followed from now on. */
export const common = (kept: Purposes, wanted: readonly string[]): string[] => wanted.filter((purpose) => kept?.includes(purpose) ?? true);
