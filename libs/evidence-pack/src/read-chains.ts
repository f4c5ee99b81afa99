import type { LedgerEvent } from '#contracts';
import { partsOf, Refusal } from '#ledger';
import { parseCheckpoint, parseNote, partsIn, type Checkpoint } from '#proof';
import type { PackRequest, PackSource } from './source.js';

export interface ChainEvent {
  seq: number;
  index: number;
  bytes: Buffer;
  hash: string;
  /** What the log has of it. */
  leaf: string;
  event: LedgerEvent;
}

/** The chain of one holder, as far as the checkpoint commits to it. */
export interface Chain {
  person: string;
  kind: string;
  events: ChainEvent[];
  /** Events that no checkpoint commits to yet. */
  waiting: number;
}

/** The checkpoint of a pack, and the chains of a person under it. */
export interface Chains {
  signed: string;
  checkpoint: Checkpoint;
  /** The person that was asked for, then whoever was merged into him. */
  chains: Chain[];
}

interface Row {
  seq: number;
  bytes: Buffer;
  hash: string;
  leaf: string;
  idx: string | null;
}

const KIND = 'SELECT kind FROM persons WHERE ledger = $1 AND person = $2';
const EVENTS = `
SELECT e.seq, e.bytes, encode(sha256('\\x00'::bytea || e.bytes), 'hex') AS hash, encode(l.hash, 'hex') AS leaf, l.idx
FROM events e LEFT JOIN leaves l ON l.ledger = e.ledger AND l.person = e.person AND l.seq = e.seq
WHERE e.ledger = $1 AND e.person = $2 ORDER BY e.seq`;
/** People whose last event no checkpoint of this size commits to. */
const BEHIND = `
SELECT FROM persons p LEFT JOIN leaves l USING (ledger, person, seq)
WHERE p.ledger = $1 AND p.person = ANY ($2) AND coalesce(l.idx >= $3, true) LIMIT 1`;
const POLL_MS = 100;

/**
 * The chains of a person and of everybody who was merged into him, each once: as the register of parts says, and as the events
 * do, which may be ahead of it.
 */
async function chainsOf(source: PackSource, person: string, size: number): Promise<Chain[]> {
  const chains = new Map<string, Chain>();
  const seen = new Set([person]);
  for (const one of seen) {
    const chain = await readChain(source, one, size);
    for (const part of [...(await partsOf(source.pool, source.ledger, one)), ...partsIn(chain.events).keys()]) seen.add(part);
    chains.set(one, chain);
  }
  return [...chains.values()];
}

async function readChain({ pool, ledger }: PackSource, person: string, size: number): Promise<Chain> {
  const [{ rows: kinds }, { rows }] = [await pool.query<{ kind: string }>(KIND, [ledger, person]), await pool.query<Row>(EVENTS, [ledger, person])];
  const proven = rows.filter(({ idx }) => idx !== null && Number(idx) < size);
  const events = proven.map(({ seq, bytes, hash, leaf, idx }) => ({ seq, bytes, hash, leaf, index: Number(idx), event: JSON.parse(bytes.toString('utf8')) as LedgerEvent }));
  return { person, kind: kinds[0]?.kind ?? '', events, waiting: rows.length - events.length };
}

async function readNow(source: PackSource, person: string): Promise<Chains | undefined> {
  const signed = await source.folder.checkpoint();
  if (signed === undefined) return undefined;
  const checkpoint = parseCheckpoint(parseNote(signed).text);
  return { signed, checkpoint, chains: await chainsOf(source, person, checkpoint.size) };
}

const isWhole = ({ chains }: Chains): boolean => chains.every(({ waiting }) => waiting === 0);

/** Waits for a checkpoint that commits to the last event of each of these people; not longer than until `end`. */
async function awaitCheckpoint({ pool, ledger, folder }: PackSource, people: string[], end: number): Promise<void> {
  const isBehind = async (): Promise<boolean> => Boolean((await pool.query(BEHIND, [ledger, people, await folder.size()])).rowCount);
  while (Date.now() < end && (await isBehind())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

/**
 * The chains of a person under the newest checkpoint. Waits a moment for one that commits to his newest event; where none
 * comes, what waits is left out and counted. Throws Refusal: 404 where nobody has this id, 503 where nothing of him is in
 * a checkpoint yet.
 */
export async function readChains(source: PackSource, { person, waitMs = 3_000 }: PackRequest): Promise<Chains> {
  const { rowCount } = await source.pool.query(KIND, [source.ledger, person]);
  if (!rowCount) throw new Refusal(404, 'person_unknown', 'no person or device has this id');
  const end = Date.now() + waitMs;
  let found = await readNow(source, person);
  if (!found || !isWhole(found)) {
    await awaitCheckpoint(source, found?.chains.map((chain) => chain.person) ?? [person], end);
    found = await readNow(source, person);
  }
  if (!found) throw new Refusal(503, 'checkpoint_missing', 'no checkpoint was signed yet');
  const chains = found.chains.filter(({ events }) => events.length > 0);
  if (chains.length === 0) throw new Refusal(503, 'checkpoint_behind', 'no checkpoint commits to an event of this person yet');
  return { ...found, chains };
}
