/** An entry's length is a big-endian uint16 (C2SP tlog-tiles, section "Log entries"). */
const LENGTH_BYTES = 2;
export const MAX_ENTRY_BYTES = 65_535;

/** Entries as a bundle: each with its length before it. Throws a RangeError for an entry of more than 65,535 bytes. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + LENGTH_BYTES + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry has at most ${MAX_ENTRY_BYTES} bytes`);
    bundle.set([entry.length >> 8, entry.length & 0xff], at);
    bundle.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bundle;
}

/** The entries of a bundle; throws a RangeError where one is cut or something follows the last. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const [high, low] = [bundle[at], bundle[at + 1]];
    const begin = at + LENGTH_BYTES;
    at = begin + (high ?? 0) * 256 + (low ?? 0);
    if (low === undefined || at > bundle.length) throw new RangeError('the bundle is cut');
    entries.push(bundle.subarray(begin, at));
  }
  return entries;
}
