import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { LogFolder } from '#log-folder';
import { MerkleTree, nodesInTiles, parseCheckpoint, parseNote, parseVerifier, signaturesOf, tilePath, toBase64, type EventProof, type ReadTile } from '#proof';
import type { SigningKeys } from '#rotation';
import { sha256 } from '#vault';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from '../people/people-tables.js';
import { History } from './history.js';
import type { Reading } from './reading.js';

/** What shows, to whoever has the log's key, that a person's events stand in the signed log. */
export interface PersonProof {
  person: string;
  /** The signed checkpoint under which all of these stand, and the newest key that verifies it. */
  checkpoint: string;
  key: string;
  size: number;
  events: (EventProof & { seq: number; event: string })[];
  /** Events of this page that no checkpoint commits to yet: asked again a second later they are proven too. */
  waiting: number;
  /** Cursor of the next page; absent on the last. */
  next?: number;
}

interface Row {
  seq: number;
  event: string;
  bytes: Buffer;
  idx: string | null;
}

const PAGE = `
SELECT e.seq, e.event, e.bytes, l.idx
FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 AND e.seq > $3 ORDER BY e.seq LIMIT $4`;

@Injectable()
export class InclusionProofs {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly tables: PeopleTables,
    private readonly folder: LogFolder,
    private readonly history: History,
    private readonly signing: SigningKeys,
  ) {}

  /** Tiles of one call, each read once. */
  private reader(): ReadTile {
    const read = new Map<string, Promise<Uint8Array>>();
    const find: ReadTile = async (tile) => {
      const bytes = await this.folder.tile(tile);
      if (!bytes) throw new ProblemError(503, 'unavailable', 'the log’s tiles cannot be read', {}, 2);
      return bytes;
    };
    return (tile) => {
      const path = tilePath(tile);
      const reading = read.get(path) ?? find(tile);
      read.set(path, reading);
      return reading;
    };
  }

  /** One page of a person's events with their proofs under the newest checkpoint. The trace is written first. */
  async page(person: string, { after, limit }: { after: number; limit: number }, by: Reading): Promise<PersonProof> {
    await this.tables.kind(person);
    const checkpoint = await this.folder.checkpoint();
    if (checkpoint === undefined) throw new ProblemError(503, 'checkpoint_missing', 'no checkpoint was signed yet', {}, 2);
    await this.history.trace(person, 'proof', by);
    const note = parseNote(checkpoint);
    const { size } = parseCheckpoint(note.text);
    const keys = await this.signing.verifiers('log');
    const key = keys.find((one) => signaturesOf(note, parseVerifier(sha256, one)).length > 0) ?? keys[0] ?? '';
    const tree = new MerkleTree(sha256, nodesInTiles(sha256, size, this.reader()));
    const { rows } = await this.pool.query<Row>(PAGE, [this.ledger, person, after, limit + 1]);
    const page = rows.slice(0, limit);
    const proven = page.filter(({ idx }) => idx !== null && Number(idx) < size);
    const events = await Promise.all(
      proven.map(async ({ seq, event, bytes, idx }) => {
        const hashes = await tree.inclusion(Number(idx), size);
        return { seq, event, index: Number(idx), entry: bytes.toString('base64'), hashes: hashes.map(toBase64) };
      }),
    );
    return { person, checkpoint, key, size, events, waiting: page.length - events.length, ...(rows.length > limit && { next: page.at(-1)?.seq }) };
  }
}
