import { countAt, decodeBundle, Frontier, hashesOf, leafHash, openCheckpoint, parseVerifiers, rootOf, sameBytes, TILE_WIDTH, tileHolding, type Checkpoint, type Tile } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { Chains, type LoggedChange } from './chains.js';
import { finding, Problems, type Finding } from './finding.js';
import type { LogSource } from './log-source.js';

export interface CheckOptions {
  source: LogSource;
  checkpoint: Checkpoint;
  /** Checkpoints kept from earlier: the tree of each must be the beginning of this one. */
  earlier?: readonly Checkpoint[];
  /** Whether the entries themselves are read, too. */
  entries: boolean;
  /** Whether every person's chain is followed through them: memory then grows with the people. */
  chains?: boolean;
}

/** Opens a signed checkpoint with the log's keys, one a line; throws a RangeError that says what is wrong. */
export const openSigned = (signed: string, keys: string) => openCheckpoint(signed, parseVerifiers(sha256, keys), checkEd25519);

async function need(source: LogSource, tile: Tile): Promise<Uint8Array> {
  const bytes = await source.tile(tile);
  if (!bytes) throw new RangeError(`tile ${tile.level}/${tile.index} of width ${tile.width} is missing`);
  return bytes;
}

/** One pass over a log of any length: leaves, tiles above them, entries and the chains in them, and earlier checkpoints. */
export class LogCheck {
  private readonly tree = new Frontier(sha256);
  private readonly earlierTrees: readonly { earlier: Checkpoint; tree: Frontier }[];
  private readonly chains: Chains;
  private readonly wrongEntries = new Problems();
  private readonly brokenChains = new Problems();

  constructor(private readonly options: CheckOptions) {
    this.chains = new Chains(options.checkpoint.origin);
    this.earlierTrees = (options.earlier ?? []).map((earlier) => ({ earlier, tree: new Frontier(sha256) }));
  }

  /** POSIX seconds of the newest event that was read. */
  get newest(): number {
    return this.chains.newest;
  }

  /** The changes of keys that were read, in the order of the log. */
  get keyChanges(): readonly LoggedChange[] {
    return this.chains.keyChanges;
  }

  async run(): Promise<Finding[]> {
    const { size, root } = this.options.checkpoint;
    const roots: Uint8Array[] = [];
    for (let first = 0; first < size; first += TILE_WIDTH) {
      const tile = tileHolding(0, first, size);
      const hashes = hashesOf(tile, await need(this.options.source, tile));
      this.grow(hashes);
      if (hashes.length === TILE_WIDTH) roots.push(rootOf(sha256, hashes));
      if (this.options.entries) this.compare(hashes, decodeBundle(await need(this.options.source, { ...tile, level: 'entries' })), first);
    }
    const same = sameBytes(this.tree.root(), root);
    const whole = finding(same ? undefined : 'the hashes in the tiles do not have the root that was signed', `the ${size} hashes in the tiles have the root that was signed`);
    return [whole, await this.above(roots), ...this.aboutEntries(), ...this.aboutEarlier()];
  }

  private grow(hashes: Uint8Array[]): void {
    for (const hash of hashes) {
      this.tree.append(hash);
      for (const { earlier, tree } of this.earlierTrees) if (tree.size < earlier.size) tree.append(hash);
    }
  }

  private compare(hashes: Uint8Array[], entries: Uint8Array[], first: number): void {
    const { chains = true } = this.options;
    if (entries.length !== hashes.length) this.wrongEntries.add(`the bundle from index ${first} on has ${entries.length} entries instead of ${hashes.length}`);
    entries.forEach((entry, at) => {
      if (!sameBytes(leafHash(sha256, entry), hashes[at] ?? Buffer.of())) this.wrongEntries.add(`the event at index ${first + at} is not the one that was hashed`);
      const broken = chains ? this.chains.take(first + at, entry) : undefined;
      if (broken) this.brokenChains.add(broken);
    });
  }

  /** Every tile above the leaves holds the roots of the tiles below it. */
  private async above(below: Uint8Array[]): Promise<Finding> {
    const { source, checkpoint } = this.options;
    const problems = new Problems();
    for (let level = 1, hashes = below; hashes.length > 0; level += 1) {
      const next: Uint8Array[] = [];
      for (let first = 0; first < countAt(level, checkpoint.size); first += TILE_WIDTH) {
        const tile = tileHolding(level, first, checkpoint.size);
        const computed = hashes.slice(first, first + tile.width);
        if (!sameBytes(await need(source, tile), Buffer.concat(computed))) problems.add(`tile ${level}/${tile.index} does not follow from the tiles below it`);
        if (tile.width === TILE_WIDTH) next.push(rootOf(sha256, computed));
      }
      hashes = next;
    }
    return problems.finding('every tile above the leaves follows from those below it');
  }

  private aboutEntries(): Finding[] {
    const { entries, chains = true, checkpoint } = this.options;
    if (!entries) return [];
    const bytes = this.wrongEntries.finding(`the ${checkpoint.size} entries are exactly what was hashed`);
    if (!chains) return [bytes];
    return [bytes, this.brokenChains.finding(`the ${this.chains.count} chains in them, one for each person, are whole: no event is missing, changed or moved`)];
  }

  private aboutEarlier(): Finding[] {
    const { checkpoint } = this.options;
    return this.earlierTrees.map(({ earlier, tree }) => {
      if (earlier.size > checkpoint.size) return { holds: false, text: `the earlier checkpoint commits to ${earlier.size} events, this one to ${checkpoint.size}: the end was cut off` };
      const same = sameBytes(tree.root(), earlier.root);
      return finding(same ? undefined : `the ${earlier.size} events of the earlier checkpoint were other ones: history was rewritten`, `the ${earlier.size} events of the earlier checkpoint are the beginning of this log`);
    });
  }
}
