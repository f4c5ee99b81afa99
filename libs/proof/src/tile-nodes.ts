import type { Sha256 } from './hash.js';
import { Frontier } from './frontier.js';
import type { ReadNode } from './merkle-tree.js';
import { HASH_BYTES, TILE_HEIGHT, tileHolding, type Tile } from './tiles.js';

/** Reads the bytes of a tile of hashes; throws where it is not there. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/** The hashes of a tile; throws a RangeError where its bytes are not as many as its width says. */
export function hashesOf(tile: Tile, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== tile.width * HASH_BYTES) throw new RangeError(`tile ${tile.level}/${tile.index} has ${bytes.length} bytes instead of ${tile.width * HASH_BYTES}`);
  return Array.from({ length: tile.width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The root over some hashes of one level. */
export function rootOf(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  const frontier = new Frontier(sha256);
  for (const hash of hashes) frontier.append(hash);
  return frontier.root();
}

/** The complete subtrees of a tree of `size` leaves, read from its tiles: at most one tile for each. */
export function nodesInTiles(sha256: Sha256, size: number, readTile: ReadTile): ReadNode {
  return async (level, index) => {
    const within = level % TILE_HEIGHT;
    const first = index * 2 ** within;
    const tile = tileHolding((level - within) / TILE_HEIGHT, first, size);
    const begin = first % 2 ** TILE_HEIGHT;
    const hashes = hashesOf(tile, await readTile(tile)).slice(begin, begin + 2 ** within);
    if (hashes.length !== 2 ** within) throw new RangeError(`no complete subtree ${level}/${index} in a tree of ${size}`);
    return rootOf(sha256, hashes);
  };
}
