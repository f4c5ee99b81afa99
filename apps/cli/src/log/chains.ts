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

/** A change of a key, and where it stands in the log. */
export interface LoggedChange extends StatedChange {
  index: number;
}

function membersOf(bytes: Uint8Array): Members | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Members;
  } catch {
    return undefined;
  }
}

/** Follows the chain of every person through the log: `seq` without a gap, `prev` the hash of the event before. */
export class Chains {
  private readonly ends = new Map<string, { seq: number; hash: string }>();
  /** POSIX seconds of the newest `recordedAt`. */
  newest = 0;
  /** The changes of keys, in the order of the log. */
  readonly keyChanges: LoggedChange[] = [];

  constructor(private readonly origin: string) {}

  get count(): number {
    return this.ends.size;
  }

  /** Takes the next entry; returns what is wrong with it. */
  take(index: number, bytes: Uint8Array): string | undefined {
    const event = membersOf(bytes);
    if (!event) return `the entry at index ${index} is no event`;
    const before = this.ends.get(event.person);
    this.ends.set(event.person, { seq: event.seq, hash: Buffer.from(leafHash(sha256, bytes)).toString('hex') });
    this.newest = Math.max(this.newest, Date.parse(event.recordedAt) / 1_000);
    this.keepChange(index, event);
    if (event.ledger !== this.origin) return `the event at index ${index} is of the ledger ${event.ledger}`;
    if (event.seq !== (before?.seq ?? 0) + 1) return `at index ${index} the chain of a person goes from ${before?.seq ?? 0} to ${event.seq}`;
    if (event.prev !== before?.hash) return `the event at index ${index} does not follow the one before it in its person's chain`;
    return undefined;
  }

  private keepChange(index: number, { type, person, fact = {}, recordedAt }: Members): void {
    if (type === 'key-changed' && person === LEDGER_PERSON) this.keyChanges.push({ fact, recordedAt, index });
  }
}
