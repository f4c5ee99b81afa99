export { mayProcess, statusAt } from './answer.js';
export { streamAsOf } from './as-of.js';
export { isProtective, type Command, type Outcome, type RefusalCode } from './command.js';
export { emptyStream, evolve, valuesOf, type Draft, type OpenRequest, type Stream } from './consent.js';
export { decide } from './decide.js';
export { causeOfExpiry, decideExpiry, decideLapse } from './expire.js';
export { decideNoticeChange, effectOf, olderVersions, supersededFrom, type NoticeChange, type Publication } from './notice-change.js';
export { allowedByDefault, type Choice, type PurposeRule, type PurposeState } from './purposes.js';
export { addMilliseconds, addMonths, later } from './time.js';
