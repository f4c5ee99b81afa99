import type { LogFolder } from '#log-folder';
import { countAt, decodeBundle, encodeBundle, Frontier, hashesOf, nodesInTiles, partialTiles, peaksOf, rootOf, TILE_WIDTH, type Checkpoint, type Tile } from '#proof';
import { sha256 } from '#vault';
import { LogRefused } from './log-refused.js';

/** A tile that the folder must hold. */
export async function demandTile(folder: LogFolder, tile: Tile): Promise<Uint8Array> {
  const bytes = await folder.tile(tile);
  if (!bytes) throw new LogRefused(`the log's folder lacks tile ${tile.level}/${tile.index} of width ${tile.width}, to which its checkpoint commits`);
  return bytes;
}

/**
 * The log in its folder, growing at its end: full tiles and bundles are written as they fill, what is partial waits in
 * memory (at most 256 entries and 256 hashes a level) for `writePartials`. After an error it is to be loaded anew.
 */
export class GrowingLog {
  /** Of each level the hashes of its tile that is not full. */
  private readonly open: Uint8Array[][] = [];
  private entries: Uint8Array[] = [];
  private filled: Tile[] = [];

  private constructor(
    private readonly folder: LogFolder,
    private readonly frontier: Frontier,
  ) {}

  /** The log as a checkpoint left it. Throws LogRefused where the tiles do not have the root that it commits to. */
  static async load(folder: LogFolder, { size, root }: Pick<Checkpoint, 'size' | 'root'>): Promise<GrowingLog> {
    const read = nodesInTiles(sha256, size, (tile) => demandTile(folder, tile));
    const peaks = await Promise.all(peaksOf(size).map(({ level, index }) => read(level, index)));
    const frontier = new Frontier(sha256, size, peaks);
    if (!Buffer.from(frontier.root()).equals(root)) throw new LogRefused('the tiles in the log’s folder have another root than its checkpoint');
    const log = new GrowingLog(folder, frontier);
    for (const tile of partialTiles(size)) {
      const bytes = await demandTile(folder, tile);
      if (tile.level === 'entries') log.entries = decodeBundle(bytes);
      else log.open[tile.level] = hashesOf(tile, bytes);
    }
    return log;
  }

  get size(): number {
    return this.frontier.size;
  }

  root(): Uint8Array {
    return this.frontier.root();
  }

  /** Takes the next entry; resolves when every tile that it filled is on the disk. */
  async append(entry: { hash: Uint8Array; bytes: Uint8Array }): Promise<void> {
    this.frontier.append(entry.hash);
    this.entries.push(entry.bytes);
    if (this.entries.length === TILE_WIDTH) {
      await this.writeFull('entries', encodeBundle(this.entries));
      this.entries = [];
    }
    await this.place(0, entry.hash);
  }

  private async place(level: number, hash: Uint8Array): Promise<void> {
    const hashes = (this.open[level] ??= []);
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return;
    await this.writeFull(level, Buffer.concat(hashes));
    this.open[level] = [];
    await this.place(level + 1, rootOf(sha256, hashes));
  }

  private async writeFull(level: Tile['level'], bytes: Uint8Array): Promise<void> {
    const index = countAt(level === 'entries' ? 1 : level + 1, this.size) - 1;
    const tile = { level, index, width: TILE_WIDTH };
    await this.folder.writeTile(tile, bytes);
    this.filled.push(tile);
  }

  /** Writes what is not full, so that the folder holds all that a checkpoint of this size commits to. */
  async writePartials(): Promise<void> {
    for (const tile of partialTiles(this.size)) {
      await this.folder.writeTile(tile, tile.level === 'entries' ? encodeBundle(this.entries) : Buffer.concat(this.open[tile.level] ?? []));
    }
  }

  /** The checkpoint of this size was written: the partial forms of what has become full since the last one go. */
  async dropPartials(): Promise<void> {
    for (const tile of this.filled) await this.folder.dropPartials(tile);
    this.filled = [];
  }
}
