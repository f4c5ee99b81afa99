export { RotationRefused, standingOf, type Standing } from './chain-row.js';
export type { OnProgress, Progress } from './progress.js';
export { prepareLookup, rotateLookup, type Rotated, type RotationOptions } from './rotate-lookup.js';
export { prepareMaster, removeOldMasters, rotateMaster } from './rotate-master.js';
export { prepareSigning, retireSigning, rotateSigning, type SigningOptions, type SigningRotated } from './rotate-signing.js';
export { BOTH_SIGN_SECONDS, SigningKeys } from './signing-keys.js';
