import { countAt, decodeBundle, TILE_WIDTH, tileHolding, type Tile } from '#proof';
import type { LedgerEvent } from '#contracts';

/** An entry of the log outside the database. */
export interface OutsideEntry {
  index: number;
  bytes: Uint8Array;
  event: LedgerEvent;
}

/** The entries of the log from an index on, up to `size`, from its bundles. Throws a RangeError where a bundle is missing or cut. */
export async function* outsideEntries(tile: (tile: Tile) => Promise<Uint8Array | undefined>, from: number, size: number): AsyncGenerator<OutsideEntry> {
  for (let index = from; index < countAt(0, size); ) {
    const bundle = tileHolding('entries', index, size);
    const bytes = await tile(bundle);
    if (!bytes) throw new RangeError(`the log’s folder lacks the entries from index ${bundle.index * TILE_WIDTH} on`);
    for (const entry of decodeBundle(bytes).slice(index - bundle.index * TILE_WIDTH)) {
      yield { index, bytes: entry, event: JSON.parse(Buffer.from(entry).toString('utf8')) as LedgerEvent };
      index += 1;
    }
  }
}
