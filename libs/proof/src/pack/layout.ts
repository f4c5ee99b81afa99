/**
 * The files of an evidence pack, by name. What a file says is JSON unless its name says otherwise; what is hashed lies there
 * byte for byte.
 */
export type PackFiles = ReadonlyMap<string, Uint8Array>;

/** What whoever verifies a pack unpacks at most; beyond it a file is more likely made to fill the memory. */
export const MOST_PACK_BYTES = 2 ** 30;

export const STATEMENT = 'statement.txt';
export const MANIFEST = 'manifest.json';
export const CHECKPOINT = 'checkpoint.txt';
export const CONSISTENCY = 'checkpoints/consistency.json';
export const OPENINGS = 'evidence/openings.json';
/** The `key-changed` events of the log's keys, one a line, as they were hashed; absent before the first. */
export const KEY_CHANGES = 'keys/changes.ndjson';

const EARLIER = /^checkpoints\/\d{1,16}\.txt$/;
export const isEarlierCheckpoint = (name: string): boolean => EARLIER.test(name);
export const earlierCheckpoint = (size: number): string => `checkpoints/${String(size).padStart(12, '0')}.txt`;

/** One event a line: its canonical bytes hold no line feed. */
export const eventsFile = (person: string): string => `events/${person}.ndjson`;
export const inclusionFile = (person: string): string => `inclusion/${person}.json`;

/** A text as it was shown: exactly the bytes that the notice hash is made of. */
export const noticeFile = ({ id, version, locale }: { id: string; version: string; locale: string }): string => `notices/${id}-${version}-${locale}.json`;
/** What a purpose meant: exactly the bytes that `definition` is the hash of. */
export const definitionFile = (sha256: string): string => `definitions/${sha256}.json`;
export const evidenceFile = (event: string, kind: string): string => `evidence/${event}/${kind}`;

export interface ManifestEntry {
  name: string;
  /** Hex. */
  sha256: string;
  size: number;
  /** What it is, in a sentence. */
  what: string;
}

/** Every file of the pack but this one and the statement, which names this one's hash. */
export interface Manifest {
  format: 1;
  files: ManifestEntry[];
}

/** Where the events of one chain stand in the log: audit paths under the pack's checkpoint, base64. */
export interface ChainInclusion {
  events: { seq: number; index: number; hashes: string[] }[];
}

/** That each tree is the beginning of a later one: proofs as of RFC 9162, base64. */
export interface ConsistencySteps {
  steps: { from: number; to: number; hashes: string[] }[];
}

/** What opens a commitment: 32 random bytes (base64), and the file that holds the item itself. */
export interface Openings {
  items: { person: string; event: string; kind: string; random: string; file: string }[];
}
