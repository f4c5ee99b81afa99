export { Bell } from './bell.js';
export { leadWhilePossible, type LeadOptions, type Term } from './lead.js';
export { Lease, uuidOfProcess } from './lease.js';
export { listen } from './listen.js';
export { Cursor, readLog, readSpan, type Leaf } from './log.js';
export { LostLease, SEQUENCE_PAGE, sequencePage } from './sequence.js';
