export { openEvidence, sealEvidence, type EvidenceItem, type EvidenceItems, type Place, type SealedEvidence } from './evidence.js';
export { IDENTIFIER_KINDS, lookupOf, lookupOfPerson, normalise, type Identifier, type IdentifierKind } from './identifiers.js';
export { fingerprintOf, isWrapping, KeyChain, KeyMissing, keysIn, wrapLookup, type Phase, type Sought } from './key-chain.js';
export { addKey, mastersBeside, preparedKey, preparedSigner, removeMasters, retireSigners, useMaster, useSigner, type ChainName } from './keyring-change.js';
export { again as keyringNow, createKeyring, keyringFor, lookupChainOf, lookupKeysOf, keyringPath, personKeysOf, readKeyring, subjectKeysOf, suppressionChainOf, suppressionKeysOf, verifiersIn, type FormerKey, type Keyring, type KeySet, type SigningKey } from './keyring.js';
export { randomBytes } from './random.js';
export { open, PersonKeys, seal, type WrappedKey } from './seal.js';
export { checkEd25519, sha256, signerOf } from './signing.js';
export { RECEIPT_DAYS, tokenHash, Tokens, type ChoicesClaims, type Snapshot, type UnsubscribeClaims } from './tokens.js';
