export { PersonTables } from './person-tables.js';
export { readStates, type AsOf } from './read-states.js';
export { stateOf, type PersonAnswer, type PurposeState } from './states.js';
