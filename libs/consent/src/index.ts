export { mayProcess, statusAt } from './answer.js';
export { streamAsOf } from './as-of.js';
export { isProtective, type Command, type Outcome, type RefusalCode } from './command.js';
export { emptyStream, evolve, valuesOf, type Draft, type OpenRequest, type Stream } from './consent.js';
export { decide } from './decide.js';
export { allowedByDefault, type Choice, type PurposeRule } from './purposes.js';
export { addMilliseconds, addMonths, later } from './time.js';
