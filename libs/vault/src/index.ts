export { openEvidence, sealEvidence, type EvidenceItem, type EvidenceItems, type Place, type SealedEvidence } from './evidence.js';
export { IDENTIFIER_KINDS, lookupOf, normalise, type Identifier, type IdentifierKind } from './identifiers.js';
export { createKeyring, keyringFor, lookupKeysOf, keyringPath, readKeyring, suppressionKeysOf, type Keyring, type KeySet } from './keyring.js';
export { randomBytes } from './random.js';
export { open, PersonKeys, seal, type WrappedKey } from './seal.js';
export { tokenHash, Tokens, type UnsubscribeClaims } from './tokens.js';
