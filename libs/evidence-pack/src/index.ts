export type { PackContent } from './content.js';
export { packFiles, packName, preparePack, readingsOf, streamPack } from './make-pack.js';
export { openedKinds, type PackRequest, type PackSource } from './source.js';
