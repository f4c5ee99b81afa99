import { fromBase64 } from './base64.js';
import { openCheckpoint } from './checkpoint.js';
import { leafHash, type Sha256 } from './hash.js';
import { verifyInclusion } from './merkle-verify.js';
import { parseVerifiers, type CheckSignature } from './signed-note.js';

/** What shows that one event stands in the log, as the api hands it out. Bytes are base64. */
export interface EventProof {
  index: number;
  /** The event's canonical bytes: the log's entry. */
  entry: string;
  /** The audit path in the tree of the checkpoint's size, nearest neighbour first. */
  hashes: string[];
}

/**
 * Whether the signed checkpoint, by a key of `verifier` (one a line), commits to exactly these bytes at this index. Throws where the
 * key or the checkpoint cannot be read or the signature is false; an event that is not in the tree is `false`.
 */
export function verifyEvent({ index, entry, hashes }: EventProof, checkpoint: string, verifier: string, { sha256, check }: { sha256: Sha256; check: CheckSignature }): boolean {
  const { size, root } = openCheckpoint(checkpoint, parseVerifiers(sha256, verifier), check);
  const bytes = fromBase64(entry);
  const proof = hashes.map(fromBase64);
  if (!bytes || proof.includes(undefined)) return false;
  return verifyInclusion(sha256, { index, size, leaf: leafHash(sha256, bytes), proof: proof as Uint8Array[], root });
}
