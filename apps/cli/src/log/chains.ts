import { LEDGER_PERSON } from '#contracts';
import { leafHash, type StatedChange } from '#proof';
import { sha256 } from '#vault';

interface Members {
  ledger: string;
  person: string;
  seq: number;
  prev?: string;
  recordedAt: string;
  type: string;
  fact?: Record<string, unknown>;
}

/** The last event of a chain so far. */
interface End {
  seq: number;
  hash: string;
}

/** A change of a key, and where it stands in the log. */
export interface LoggedChange extends StatedChange {
  index: number;
}

const PARTS = 256;

/** Whether all that is followed here can be read: who writes a log may write anything into it. */
const isReadable = ({ person, recordedAt, fact = {} }: Members): boolean =>
  typeof person === 'string' && typeof recordedAt === 'string' && Number.isFinite(Date.parse(recordedAt)) && typeof fact === 'object' && fact !== null;

function membersOf(bytes: Uint8Array): Members | undefined {
  try {
    const members = JSON.parse(Buffer.from(bytes).toString('utf8')) as Members;
    return isReadable(members) ? members : undefined;
  } catch {
    return undefined;
  }
}

/** Follows the chain of every person through the log: `seq` without a gap, `prev` the hash of the event before. */
export class Chains {
  /** In parts by the beginning of the id: one map ends at 2^24 entries. */
  private readonly ends = Array.from({ length: PARTS }, () => new Map<string, End>());
  /** POSIX seconds of the newest `recordedAt`. */
  newest = 0;
  /** The changes of keys, in the order of the log. */
  readonly keyChanges: LoggedChange[] = [];

  constructor(private readonly origin: string) {}

  get count(): number {
    return this.ends.reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes the next entry; returns what is wrong with it. */
  take(index: number, bytes: Uint8Array): string | undefined {
    const event = membersOf(bytes);
    if (!event) return `the entry at index ${index} is no event`;
    const ends = this.endsBeside(event.person);
    const before = ends.get(event.person);
    ends.set(event.person, { seq: event.seq, hash: Buffer.from(leafHash(sha256, bytes)).toString('hex') });
    this.newest = Math.max(this.newest, Date.parse(event.recordedAt) / 1_000);
    this.keepChange(index, event);
    if (event.ledger !== this.origin) return `the event at index ${index} is of the ledger ${event.ledger}`;
    if (event.seq !== (before?.seq ?? 0) + 1) return `at index ${index} the chain of a person goes from ${before?.seq ?? 0} to ${event.seq}`;
    if (event.prev !== before?.hash) return `the event at index ${index} does not follow the one before it in its person's chain`;
    return undefined;
  }

  /** What is no id goes with the first. */
  private endsBeside(person: string): Map<string, End> {
    return this.ends[(parseInt(person.slice(0, 2), 16) || 0) & 255] as Map<string, End>;
  }

  private keepChange(index: number, { type, person, fact = {}, recordedAt }: Members): void {
    if (type === 'key-changed' && person === LEDGER_PERSON) this.keyChanges.push({ fact, recordedAt, index });
  }
}
