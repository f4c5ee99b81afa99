import { Frontier } from './frontier.js';
import { nodeHash, type Sha256 } from './hash.js';
import type { ReadNode } from './merkle-tree.js';
import { HASH_BYTES, TILE_HEIGHT, tileHolding, tilePath, type Tile } from './tiles.js';

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

/** Every complete subtree within a tile: the hashes themselves, the nodes over each two of them, and so on. */
function levelsOf(sha256: Sha256, hashes: Uint8Array[]): Uint8Array[][] {
  const levels = [hashes];
  for (let below = hashes; below.length > 1; ) {
    below = Array.from({ length: Math.floor(below.length / 2) }, (_, at) => nodeHash(sha256, below[2 * at] as Uint8Array, below[2 * at + 1] as Uint8Array));
    levels.push(below);
  }
  return levels;
}

/**
 * As `nodesInTiles`, for many proofs over one tree: each tile is read once, and each node within it hashed once. It keeps what it
 * has read: some 16 kB a tile.
 */
export function keptNodes(sha256: Sha256, size: number, readTile: ReadTile): ReadNode {
  const kept = new Map<string, Promise<Uint8Array[][]>>();
  const load = (tile: Tile): Promise<Uint8Array[][]> => {
    const path = tilePath(tile);
    const levels = kept.get(path) ?? readTile(tile).then((bytes) => levelsOf(sha256, hashesOf(tile, bytes)));
    kept.set(path, levels);
    return levels;
  };
  return async (level, index) => {
    const within = level % TILE_HEIGHT;
    const tile = tileHolding((level - within) / TILE_HEIGHT, index * 2 ** within, size);
    const node = (await load(tile))[within]?.[index - tile.index * 2 ** (TILE_HEIGHT - within)];
    if (!node) throw new RangeError(`no complete subtree ${level}/${index} in a tree of ${size}`);
    return node;
  };
}
