/** What a system acted on from another time on than it was registered: by purpose, `*` for those that are not named. */
export type Begun = Record<string, string | undefined> | null;

/** Since when a system acts on a purpose, in a statement; null where it was not registered. What concerns a whole person concerns it from its registration on. */
export const sinceOf = (system: string, purpose: string): string =>
  `coalesce((${system}.begun ->> ${purpose})::timestamptz, (${system}.begun ->> '*')::timestamptz, ${system}.added_at)`;

/** The same of a row. */
export const since = ({ begun, added_at: addedAt }: { begun: Begun; added_at: Date }, purpose: string): Date => {
  const stated = begun?.[purpose] ?? begun?.['*'];
  return stated === undefined ? addedAt : new Date(stated);
};
