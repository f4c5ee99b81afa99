import { keptNodes, MerkleTree, toBase64, type ChainInclusion, type ConsistencySteps, type ReadTile } from '#proof';
import { sha256 } from '#vault';
import type { Chains } from './read-chains.js';
import type { PackRequest, PackSource } from './source.js';

/** A signed checkpoint that lies before or after one of the events. */
export interface Companion {
  size: number;
  signed: string;
}

export interface Proofs {
  inclusion: Map<string, ChainInclusion>;
  companions: Companion[];
  consistency: ConsistencySteps;
}

/** The last checkpoint without the event and the first with it. */
const COMPANIONS = `
SELECT DISTINCT c.size, c.note FROM unnest($2::bigint[]) AS i(idx), LATERAL (
  (SELECT size, note FROM checkpoints WHERE ledger = $1 AND size <= i.idx AND size > 0 ORDER BY size DESC LIMIT 1)
  UNION ALL (SELECT size, note FROM checkpoints WHERE ledger = $1 AND size > i.idx ORDER BY size LIMIT 1)) c
WHERE c.size < $3 ORDER BY c.size`;

async function companionsOf({ pool, ledger }: PackSource, { chains, checkpoint }: Chains): Promise<Companion[]> {
  const indices = chains.flatMap(({ events }) => events.map(({ index }) => index));
  const { rows } = await pool.query<{ size: string; note: string }>(COMPANIONS, [ledger, indices, checkpoint.size]);
  return rows.map(({ size, note }) => ({ size: Number(size), signed: note }));
}

const readerOf = ({ folder }: PackSource): ReadTile => async (tile) => {
  const bytes = await folder.tile(tile);
  if (!bytes) throw new Error('a tile of the log cannot be read');
  return bytes;
};

/** That every event stands in the log, between which checkpoints, and that each of these is the beginning of the next. */
export async function proveChains(source: PackSource, chains: Chains, since: PackRequest['since'] = []): Promise<Proofs> {
  const { size } = chains.checkpoint;
  const tree = new MerkleTree(sha256, keptNodes(sha256, size, readerOf(source)));
  const inclusion = new Map<string, ChainInclusion>();
  for (const { person, events } of chains.chains) {
    const proven: ChainInclusion['events'] = [];
    for (const { seq, index } of events) proven.push({ seq, index, hashes: (await tree.inclusion(index, size)).map(toBase64) });
    inclusion.set(person, { events: proven });
  }
  const companions = await companionsOf(source, chains);
  const sizes = [...companions.map((one) => one.size), size];
  const pairs = [...sizes.slice(1).map((to, at) => [sizes[at] ?? 0, to] as const), ...since.filter((from) => from > 0 && from <= size).map((from) => [from, size] as const)];
  const steps: ConsistencySteps['steps'] = [];
  for (const [from, to] of pairs) steps.push({ from, to, hashes: (await tree.consistency(from, to)).map(toBase64) });
  return { inclusion, companions, consistency: { steps } };
}
