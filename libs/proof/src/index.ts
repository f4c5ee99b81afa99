export { fromBase64, toBase64 } from './base64.js';
export { decodeBundle, encodeBundle } from './bundle.js';
export { canonicalBytes, canonicalText } from './canonical.js';
export { checkpointText, openCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.js';
export { cosign, cosignedAt, cosignersOf } from './cosignature.js';
export { verifyEvent, type EventProof } from './event-proof.js';
export { Frontier, peaksOf } from './frontier.js';
export { commitment, leafHash, nodeHash, type Sha256 } from './hash.js';
export { changedBy, followKeyChanges, keyChangeText, keyName, signKeyChange, type FollowedKeys, type KeyChange, type SigningRole, type StatedChange } from './key-change.js';
export { MerkleTree, type ReadNode } from './merkle-tree.js';
export { sameBytes, verifyConsistency, verifyInclusion, type Consistency, type Inclusion } from './merkle-verify.js';
export { COSIGNATURE, ED25519, parseNote, parseVerifier, parseVerifiers, signaturesOf, signNote, verifierFor, verifierText, type CheckSignature, type Note, type Sign, type Verifier, type Verifiers } from './signed-note.js';
export { hashesOf, keptNodes, nodesInTiles, rootOf, type ReadTile } from './tile-nodes.js';
export { countAt, HASH_BYTES, parseTilePath, partialTiles, sizeWith, TILE_WIDTH, tileHolding, tilePath, type Tile } from './tiles.js';
export { factInWords } from './pack/fact-in-words.js';
export { holdersIn, type Holder } from './pack/holders-in.js';
export { knownFromPack, readKept, readKnown, type KnownEvents } from './pack/known-events.js';
export { partsIn } from './pack/check-parts.js';
export {
  CHECKPOINT,
  CONSISTENCY,
  definitionFile,
  earlierCheckpoint,
  eventsFile,
  evidenceFile,
  inclusionFile,
  KEY_CHANGES,
  MANIFEST,
  MOST_PACK_BYTES,
  noticeFile,
  OPENINGS,
  STATEMENT,
  type ChainInclusion,
  type ConsistencySteps,
  type Manifest,
  type ManifestEntry,
  type Openings,
  type PackFiles,
} from './pack/layout.js';
export { isReceipt, verifyReceipt, type ReceiptReport } from './receipt.js';
export { isByFormer } from './pack/check-checkpoints.js';
export { trustedAfter, type RoleKeys } from './pack/check-key-changes.js';
export { Findings, type Finding, type Primitives, type Where } from './pack/report.js';
export { openStatement, parseStatement, signStatement, signStatementBy, statementText, type StatedChain, type Statement } from './pack/statement.js';
export { verifyPack, type PackReport, type Trust } from './pack/verify-pack.js';
