import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeBundle, encodeBundle, HASH_BYTES, parseCheckpoint, parseNote, sameBytes, sizeWith, TILE_WIDTH, tilePath, type Tile } from '#proof';
import { writeDurably } from './write-durably.js';

/** A tile stands already with other bytes: the folder belongs to another log, or the log was changed. */
export class LogForked extends Error {}

const CHECKPOINT = 'checkpoint';

const ifThere = (reading: Promise<Buffer>): Promise<Buffer | undefined> =>
  reading.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });

/** The first `width` hashes or entries of a full tile. */
function beginning({ level, width }: Tile, full: Buffer): Uint8Array {
  return level === 'entries' ? encodeBundle(decodeBundle(full).slice(0, width)) : full.subarray(0, width * HASH_BYTES);
}

/**
 * A transparency log as files, laid out as C2SP tlog-tiles serves it. A tile or bundle that was signed never changes; the
 * checkpoint is replaced whole. One program writes (the relay that leads); any number read, at any moment.
 */
export class LogFolder {
  constructor(private readonly root: string) {}

  private pathOf(tile: Tile): string {
    return join(this.root, tilePath(tile));
  }

  /** The newest signed checkpoint; undefined before the first. */
  async checkpoint(): Promise<string | undefined> {
    return (await ifThere(readFile(join(this.root, CHECKPOINT))))?.toString('utf8');
  }

  /** To how many events the newest checkpoint commits, as it says itself: no signature is looked at. 0 before the first. */
  async size(): Promise<number> {
    const signed = await this.checkpoint();
    return signed === undefined ? 0 : parseCheckpoint(parseNote(signed).text).size;
  }

  /** A tile's bytes; undefined where it is not there. A partial one is also had from the full one that it became. */
  async tile(tile: Tile): Promise<Uint8Array | undefined> {
    const own = await ifThere(readFile(this.pathOf(tile)));
    if (own || tile.width === TILE_WIDTH) return own;
    const full = await ifThere(readFile(this.pathOf({ ...tile, width: TILE_WIDTH })));
    return full && beginning(tile, full);
  }

  /** A tile to which the newest checkpoint commits; undefined for what waits to be signed: that may yet become another. */
  async signedTile(tile: Tile): Promise<Uint8Array | undefined> {
    return sizeWith(tile) <= (await this.size()) ? this.tile(tile) : undefined;
  }

  /**
   * Writes a tile, on the disk when it resolves; harmless when it stands already. Other bytes that no checkpoint commits to, of
   * events that a lost database took along, are replaced; throws LogForked where the newest one does, whoever wrote it.
   */
  async writeTile(tile: Tile, bytes: Uint8Array): Promise<void> {
    const standing = await this.tile(tile);
    if (standing && sameBytes(standing, bytes)) return;
    if (standing && sizeWith(tile) <= (await this.size())) throw new LogForked(`${tilePath(tile)} stands with other content`);
    await writeDurably(this.pathOf(tile), bytes);
  }

  /** Replaces the checkpoint; what it commits to must have been written. */
  writeCheckpoint(signed: string, mayStill?: () => boolean): Promise<boolean> {
    return writeDurably(join(this.root, CHECKPOINT), signed, mayStill);
  }

  /** Removes the partial forms of a tile that has become full. */
  async dropPartials(tile: Tile): Promise<void> {
    await rm(`${this.pathOf({ ...tile, width: TILE_WIDTH })}.p`, { recursive: true, force: true });
  }
}
