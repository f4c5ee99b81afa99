export type { PackContent } from './content.js';
export { packFiles, packName, preparePack, streamPack } from './make-pack.js';
export { openedKinds, type PackRequest, type PackSource } from './source.js';
