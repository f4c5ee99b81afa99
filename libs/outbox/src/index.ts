export { Bell } from './bell.js';
export { Checkpoints, type StoredCheckpoint } from './checkpoints.js';
export { entryOf, logSize, outboxWaits, readEntries, readHashes, type Entry } from './entries.js';
export { leadWhilePossible, type LeadOptions, type Term } from './lead.js';
export { Lease, uuidOfProcess } from './lease.js';
export { listen } from './listen.js';
export { Cursor, readLog, readSpan, type Leaf, type StoredLeaf } from './log.js';
export { RecentLeaves } from './recent.js';
export { LostLease, SEQUENCE_PAGE, sequencePage } from './sequence.js';
