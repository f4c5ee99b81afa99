export { canonicalBytes, canonicalText } from './canonical.js';
export { commitment, leafHash, nodeHash, type Sha256 } from './hash.js';
