/** One thing that is wrong with a catalogue: where (a JSON Pointer), and what. */
export interface Problem {
  path: string;
  message: string;
  /** What kind of problem it is, where something else may ask: never changes its meaning. */
  code?: 'unseen_character';
}

/** A problem for each id of `wanted` that `known` lacks. */
export function unknownIds(path: string, wanted: readonly string[] | undefined, known: ReadonlySet<string>): Problem[] {
  return (wanted ?? []).filter((id) => !known.has(id)).map((id) => ({ path, message: `names the unknown ${id}` }));
}

/** A problem where a list of ids is not in the order of its code units, or holds one twice. */
export function unsorted(path: string, list: readonly string[] | undefined): Problem[] {
  const inOrder = (list ?? []).every((id, index, all) => index === 0 || (all[index - 1] ?? '') < id);
  return inOrder ? [] : [{ path, message: 'is not sorted, or repeats an id' }];
}

/** A problem for each id that stands more than once. */
export function repeated(path: string, ids: readonly string[]): Problem[] {
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...twice].map((id) => ({ path, message: `holds ${id} more than once` }));
}

export const idsOf = (things: readonly { id: string }[]): string[] => things.map((thing) => thing.id);
