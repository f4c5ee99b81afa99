/** Height of a tile (C2SP tlog-tiles): 256 hashes, a full tile's root is one hash of the tile above. */
export const TILE_HEIGHT = 8;
export const TILE_WIDTH = 2 ** TILE_HEIGHT;
export const HASH_BYTES = 32;
const MAX_LEVELS = 64;

/** A tile of hashes (`level` 0 to 63; 0 holds leaf hashes) or, with level `entries`, a bundle of log entries. */
export interface Tile {
  level: number | 'entries';
  index: number;
  /** Hashes or entries in it: 256 when it is full. */
  width: number;
}

/** The number in groups of three digits, all but the last with an x before: 1234067 is x001/x234/067. */
function grouped(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

/** Where a tile lies below the log's prefix: `tile/<L>/<N>[.p/<W>]`. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${grouped(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile that a path names; undefined for every path that `tilePath` would not write, so a path cannot lead elsewhere. */
export function parseTilePath(path: string): Tile | undefined {
  const [, level, name = '', width = String(TILE_WIDTH)] = PATH.exec(path) ?? [];
  if (level === undefined) return undefined;
  const tile: Tile = { level: level === 'entries' ? level : Number(level), index: Number(name.replaceAll(/[x/]/g, '')), width: Number(width) };
  return tilePath(tile) === path && tile.width <= TILE_WIDTH && !(Number(tile.level) >= MAX_LEVELS) ? tile : undefined;
}

/** How many hashes stand on tile level `level` of a tree of `size` leaves. */
export function countAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The tile that holds hash `index` of tile level `level`, as wide as a tree of `size` leaves makes it. */
export function tileHolding(level: number | 'entries', index: number, size: number): Tile {
  const number = Math.floor(index / TILE_WIDTH);
  const there = countAt(level === 'entries' ? 0 : level, size) - number * TILE_WIDTH;
  return { level, index: number, width: Math.min(TILE_WIDTH, there) };
}

/** The size of the smallest tree that has all of a tile: what a checkpoint must commit to, so that the tile is signed. */
export const sizeWith = ({ level, index, width }: Tile): number => (index * TILE_WIDTH + width) * TILE_WIDTH ** (level === 'entries' ? 0 : level);

/** The rightmost tile of each level that is not full, in a tree of `size` leaves; the entry bundle first. */
export function partialTiles(size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; countAt(level, size) > 0; level += 1) {
    const count = countAt(level, size);
    const tile = { level, index: Math.floor(count / TILE_WIDTH), width: count % TILE_WIDTH };
    if (tile.width > 0) tiles.push(...(level === 0 ? [{ ...tile, level: 'entries' as const }] : []), tile);
  }
  return tiles;
}
