export { KeyCache, type KeyProblem } from './key-cache.js';
export { daysLeft, readKeyEnds, type KeyEnd } from './key-ends.js';
export { createKey, listKeys, revokeKey, type ApiKey, type ListedKey, type NewKey } from './keys.js';
export { isPlain, MAX_REASON, plain } from './reason.js';
export { isScope, SCOPES, UNASKED, type Scope } from './scopes.js';
export type { KeyKind } from './secret.js';
