export const SCOPES = [
  'consents:write',
  'consents:read',
  'consents:backdate',
  'people:read',
  'people:write',
  'identifiers:read',
  'audit:read',
  'catalogue:write',
  'systems:write',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that keys may have and that no call asks for yet. */
export const UNASKED: readonly Scope[] = ['catalogue:write'];

/** What a scope includes beside itself. */
const INCLUDED: Partial<Record<Scope, Scope[]>> = { 'consents:backdate': ['consents:write'] };

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** All that a list of scopes allows. */
export const allowedBy = (scopes: readonly Scope[]): Set<Scope> =>
  new Set(scopes.flatMap((scope) => [scope, ...(INCLUDED[scope] ?? [])]));
