export { InTurn } from './in-turn.js';
