export { Bell } from './bell.js';
export { Checkpoints, type StoredCheckpoint } from './checkpoints.js';
export { logSize, outboxWaits, readEntries, readHashes, type Entry } from './entries.js';
export { leadWhilePossible, type LeadOptions, type Term } from './lead.js';
export { Lease, uuidOfProcess, type Leadership } from './lease.js';
export { listen } from './listen.js';
export { Cursor, readLog, readSpan, type Leaf } from './log.js';
export { LostLease, SEQUENCE_PAGE, sequencePage } from './sequence.js';
