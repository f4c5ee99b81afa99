export { isZip, unpackPack } from './unpack-pack.js';
