export { networkOf, rangeOf } from './network.js';
