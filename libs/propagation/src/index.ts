export { forgetCanary, noteCanary, readCanaries, readCanary, type CanaryResult, type Judged } from './canary-results.js';
export { TidyOverdue } from './close-overdue.js';
export { countOverdue, findOverdue, type Overdue } from './find-overdue.js';
export { keepAcks } from './keep-acks.js';
export { readAck } from './read-ack.js';
export { forgetDelays, LONGEST_MS, readDelays, type DelayReport, type DelayStep, type SystemDelays } from './read-delays.js';
export { readActsOn, readPropagation, type Act, type Propagation, type PropagatedEvent } from './read-propagation.js';
export { SYSTEM_ID } from './system-id.js';
export { addSystem, faultOfSystem, isSystemId, listSystems, removeSystem, type ListedSystem, type System } from './systems.js';
