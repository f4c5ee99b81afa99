export type { Missing } from './missing.js';
export { Contradiction } from './put-back.js';
export { recover, recoveryBegan, type Recovered, type RecoverOptions } from './recover.js';
