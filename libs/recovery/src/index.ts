export { newestSent } from './newest-sent.js';
export { LEFT, settleLost, type LostEvent, type Settled } from './settle-lost.js';
export type { Missing } from './missing.js';
export { Contradiction } from './contradiction.js';
export type { Withdrawn } from './withdraw-missing.js';
export { recover, recoveryBegan, type Recovered, type RecoverOptions } from './recover.js';
