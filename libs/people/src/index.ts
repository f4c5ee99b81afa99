export { PersonTables } from './person-tables.js';
export { readStates, type AsOf } from './read-states.js';
export { stateOf, wholeOf, type PersonAnswer, type PurposeState, type WholePerson } from './states.js';
