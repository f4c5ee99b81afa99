import { fromBase64 } from '../base64.js';
import { openCheckpoint, parseCheckpoint, type Checkpoint } from '../checkpoint.js';
import { cosignedAt, cosignersOf } from '../cosignature.js';
import { sameBytes, verifyConsistency } from '../merkle-verify.js';
import { parseNote, signaturesOf, type Note } from '../signed-note.js';
import type { RoleKeys } from './check-key-changes.js';
import { CHECKPOINT, CONSISTENCY, isEarlierCheckpoint, type PackFiles } from './layout.js';
import { isCount, need, readList, textOf } from './read-file.js';
import type { Findings, Primitives } from './report.js';
import type { Statement } from './statement.js';

/** A tree that the log's key signed, and when the operator says to have seen it (POSIX seconds). */
export interface SignedTree extends Pick<Checkpoint, 'size' | 'root'> {
  seenAt?: number;
}

/** When a cosigner, whose key was given, says to have seen a checkpoint; undefined where it has not signed, or falsely. */
interface Seen {
  name: string;
  time?: number;
  /** A key signed that was followed before the first that was given: nothing is said of it. */
  former: boolean;
  /** A signature stands under this name. */
  named: boolean;
}

/** Keys from the verifier's own configuration, and checkpoints that he kept. */
export interface TrustedKeys {
  log: RoleKeys;
  /** None where nothing is to be said about times. */
  cosigner: RoleKeys;
  kept: string[];
}

interface Step {
  from: number;
  to: number;
  proof: Uint8Array[];
}

export const utc = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** Whether a key signed that was followed before the first that is trusted, and none that is. */
export function isByFormer({ signatures, ...note }: Note, { trusted, former }: Pick<RoleKeys, 'trusted' | 'former'>): boolean {
  const [{ name } = { name: '' }] = trusted;
  return !trusted.some((key) => signaturesOf({ ...note, signatures }, key).length > 0) && signatures.some((one) => one.name === name && former.some((id) => sameBytes(id, one.id)));
}

function seenBy(note: Note, { trusted, former }: RoleKeys, { check }: Primitives): Seen[] {
  return cosignersOf(trusted).map(({ name, keys }) => ({
    name,
    time: cosignedAt(note, keys, check),
    former: isByFormer(note, { trusted: keys, former }),
    named: note.signatures.some((one) => one.name === name),
  }));
}

/**
 * A signature under a cosigner's name that is not his is wrong, and so is that the operator's own is not there: he signs before anything is published. That
 * a witness's is not says nothing against the pack: of its own checkpoint each is asked, and signs later than we do; an earlier one is kept as it was signed,
 * before witnesses saw it.
 */
function checkSeen(found: Findings, file: string, seen: Seen[], origin: string): void {
  for (const { name, named } of seen.filter(({ time, former }) => time === undefined && !former)) {
    if (named || name === `${origin}/operator`) found.fails(`${file} is not cosigned by ${name}`);
    else if (file === CHECKPOINT) found.notJudged(`the pack holds no cosignature by ${name}: ask for a pack that is made after it signed`);
  }
}

/** A checkpoint that only a former key signed: no signature is believed; that its tree is a beginning of the newest is shown by proofs. Else undefined. */
function openEarlier(text: string, log: RoleKeys): (Checkpoint & { note: Note }) | undefined {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.text);
  return checkpoint.origin === log.trusted[0]?.name && isByFormer(note, log) ? { ...checkpoint, note } : undefined;
}

type OpenedTree = SignedTree & { former: boolean; seen?: Seen[] };

const earliest = (seen: Seen[]): number | undefined => {
  const times = seen.flatMap(({ time }) => time ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
};

function openFile(found: Findings, files: PackFiles, name: string, keys: TrustedKeys, primitives: Primitives): OpenedTree | undefined {
  return found.check(
    name,
    () => {
      const text = textOf(need(files, name));
      const former = name === CHECKPOINT ? undefined : openEarlier(text, keys.log);
      const { size, root, origin, note } = former ?? openCheckpoint(text, keys.log.trusted, primitives.check);
      const seen = seenBy(note, keys.cosigner, primitives);
      checkSeen(found, name, seen, origin);
      return { size, root, seenAt: earliest(seen), seen, former: former !== undefined };
    },
    () => undefined,
  );
}

function readSteps(files: PackFiles): Step[] {
  return readList(files, CONSISTENCY, 'steps').map(({ from, to, hashes }) => {
    const proof = Array.isArray(hashes) ? hashes.map((one) => fromBase64(String(one))) : [undefined];
    if (!isCount(from) || !isCount(to) || proof.includes(undefined)) throw new RangeError(`${CONSISTENCY} is malformed`);
    return { from, to, proof: proof as Uint8Array[] };
  });
}

/** Each earlier checkpoint must be shown to be a beginning of the next; the last of the chain is the pack's own. */
function checkSteps(found: Findings, trees: SignedTree[], steps: Step[], { sha256 }: Primitives): void {
  trees.slice(1).forEach((second, at) => {
    const first = trees[at] as SignedTree;
    const step = steps.find(({ from, to }) => from === first.size && to === second.size);
    const holds = step && verifyConsistency(sha256, { first, second, proof: step.proof });
    if (!holds) found.fails(`it is not shown that the log of ${first.size} events is the beginning of the log of ${second.size}`);
  });
}

/** Whether the pack shows that what was kept is the beginning of its log; undefined where it does not speak of that size. */
function isBeginning(kept: SignedTree, trees: SignedTree[], steps: Step[], sha256: Primitives['sha256']): boolean | undefined {
  const same = trees.find(({ size }) => size === kept.size);
  if (same) return sameBytes(kept.root, same.root);
  const second = trees.at(-1);
  const step = steps.find(({ from, to }) => from === kept.size && to === second?.size);
  return step && second && verifyConsistency(sha256, { first: kept, second, proof: step.proof });
}

/** The checkpoints of a pack, the smallest first, and what it shows of how each became the next. */
export interface PackTrees {
  trees: SignedTree[];
  steps: Step[];
}

/** How a checkpoint from elsewhere, and its log, are called; and whether what becomes of it is what was asked. */
interface Named {
  asked: boolean;
  checkpoint(size: number): string;
  log(size: number): string;
}

const KEPT: Named = { asked: true, checkpoint: (size) => `the kept checkpoint over ${size} events`, log: (size) => `the log of ${size} events that you kept` };
export const OF_KNOWN: Named = { asked: false, checkpoint: (size) => `the checkpoint of the events that you know of, over ${size} events,`, log: (size) => `the log of ${size} events, in which those that you know of stand,` };

/** A checkpoint from elsewhere, against the pack's: whether it is a beginning of its log; undefined where the pack does not show it. */
export function checkKept(found: Findings, kept: SignedTree, { trees, steps }: PackTrees, { sha256 }: Primitives, named: Named): boolean | undefined {
  const newest = trees.at(-1)?.size ?? 0;
  const beginning = kept.size > newest ? undefined : isBeginning(kept, trees, steps, sha256);
  const open = (text: string): void => (named.asked ? found.notJudged(text) : found.open(text));
  if (kept.size > newest) open(`${named.checkpoint(kept.size)} is newer than this pack, which cannot show what became of its log: ask for a newer pack`);
  else if (beginning === undefined) open(`the pack does not say how ${named.log(kept.size)} became that of ${newest}: ask for a pack since ${kept.size}`);
  else if (beginning) found.all.push({ state: 'holds', text: `${named.log(kept.size)} is the beginning of this one` });
  else found.fails(`${named.log(kept.size)} is no beginning of this one: history was rewritten`);
  return beginning;
}

function aboutTime(found: Findings, { seen = [] }: OpenedTree, earlier: OpenedTree[]): void {
  for (const { name, time } of seen) if (time !== undefined) found.all.push({ state: 'holds', text: `${name} cosigned that it saw the checkpoint at ${utc(time)}` });
  const unseen = earlier.filter((one) => !one.former && one.seenAt === undefined).length;
  if (seen.length > 0 && unseen > 0) found.open(`when ${unseen === 1 ? 'one earlier checkpoint was' : `${unseen} earlier checkpoints were`} seen was not checked: give the operator’s cosignature key, too`);
  if (seen.length === 0) found.open('when the checkpoints were seen was not checked: give the operator’s cosignature key');
}

function aboutEarlier(earlier: OpenedTree[]): string {
  if (earlier.length === 0) return '';
  const former = earlier.filter((one) => one.former).length;
  const by = former === 0 ? '' : ` (${former} of them by a key that it followed and that you did not give: their signatures are not checked)`;
  return `, as ${earlier.length === 1 ? 'is one earlier one' : `are ${earlier.length} earlier ones`}${by}, each shown to be the beginning of the next`;
}

/** A checkpoint from elsewhere that only a former key signed is held against the pack all the same: its verifier has it from where he trusts. */
export function openKept(found: Findings, signed: string, log: RoleKeys, { check }: Primitives, named: Named): OpenedTree {
  const former = openEarlier(signed, log);
  if (former) found.open(`${named.checkpoint(former.size)} is signed by a key that yours followed and that you did not give: its signature was not checked`);
  const { size, root } = former ?? openCheckpoint(signed, log.trusted, check);
  return { size, root, former: former !== undefined };
}

/** The checkpoints of the pack: signed, cosigned, each the beginning of the next, the last the statement's. */
export function checkCheckpoints(found: Findings, files: PackFiles, primitives: Primitives, keys: TrustedKeys, statement: Statement | undefined): PackTrees {
  const newest = openFile(found, files, CHECKPOINT, keys, primitives);
  if (!newest) return { trees: [], steps: [] };
  if (statement && (statement.size !== newest.size || !sameBytes(statement.root, newest.root))) found.fails('the statement speaks of another tree than the checkpoint');
  const names = [...files.keys()].filter(isEarlierCheckpoint).sort();
  const earlier = names.flatMap((name) => openFile(found, files, name, keys, primitives) ?? []);
  const trees: SignedTree[] = [...earlier.sort((one, other) => one.size - other.size), newest];
  const steps = found.check('the checkpoints', () => {
    const read = readSteps(files);
    checkSteps(found, trees, read, primitives);
    return read;
  }, () => `the checkpoint over ${newest.size} events is signed by the log’s key${aboutEarlier(earlier)}`) ?? [];
  aboutTime(found, newest, earlier);
  for (const signed of keys.kept) {
    const kept = found.check('the kept checkpoint', () => openKept(found, signed, keys.log, primitives, KEPT), () => undefined);
    if (kept) checkKept(found, kept, { trees, steps }, primitives, KEPT);
  }
  return { trees, steps };
}
