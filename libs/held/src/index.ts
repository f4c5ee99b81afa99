export { decideHeld, type HeldOutcome } from './decide.js';
export { holdWithdrawal, RELEASE_AFTER_MS, type HeldOptions, type HeldWithdrawal, type HeldWish } from './hold.js';
export { countHeld, dueHeld, listHeld, openHeld, unaskedHeld, waitingAbout, waitingFor, type HeldRow } from './read.js';
export { finishHeld, type FinishOptions } from './finish.js';
export { takenAway, takenKind, type Taken, type TakenAway } from './taken-away.js';
