import { createReadStream, readFileSync } from 'node:fs';
import { WHOLE_PERSON } from '#contracts';
import { canonicalBytes, factInWords, Frontier, holdersIn, leafHash, sameBytes, verifyPack, type Checkpoint, type PackReport } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { Chains, type LoggedChange } from './chains.js';
import { checkSignatures, readCheckpoint, type GivenKeys } from './check-signatures.js';
import { tellFindings } from './tell-findings.js';
import { finding, Problems, type Finding } from './finding.js';
import { openKept, openKnown, openPack } from './open-pack.js';
import { showFindings, TIMES_OPEN } from './verify-log.js';
import { saidInPart } from '../exit-codes.js';
import { visibleLine } from '../visible.js';

export interface FileOptions extends GivenKeys {
  /** Files with checkpoints that were kept. */
  checkpoints: string[];
  known: string[];
}


function eventLine({ event, index }: PackReport['events'][number]): string {
  const text = event.notice ? `, shown ${event.notice.id} ${event.notice.version} (${event.notice.locale})` : '';
  const fact = factInWords(event);
  const stream = event.purpose === WHOLE_PERSON ? 'the whole person' : event.purpose;
  return `${event.recordedAt.slice(0, 19).replace('T', ' ')} UTC  ${stream}, version ${event.version}: ${event.type}${fact === undefined ? '' : ` (${fact})`}${text}${index === undefined ? '' : `  [log index ${index}]`}`;
}

/** What is shown, event by event; of several holders each by himself. */
function story(report: PackReport): string[] {
  const holders = holdersIn(report);
  return holders.flatMap(({ name, events }) => [...(holders.length > 1 ? [`\n${name}:`] : []), ...events.map((one) => visibleLine(eventLine(one)))]);
}

/** What was asked for and has no answer here: the rest holds, and the exit code says that this is not all. */
function tellUnjudged(findings: PackReport['findings']): void {
  const unjudged = findings.filter(({ asked }) => asked);
  for (const { text } of unjudged) console.log(`\nNot judged, though you asked: ${visibleLine(text)}`);
  if (unjudged.length > 0) saidInPart();
}

/** Verifies an evidence pack and prints what holds and what does not; tells whether all of it holds that could be judged. */
export function verifyPackFile(path: string, { checkpoints, known, ...keys }: FileOptions): boolean {
  const trust = { ...keys, checkpoints: checkpoints.map(openKept), known: known.map(openKnown) };
  const report = verifyPack(openPack(path), trust, { sha256, check: checkEd25519 });
  const { statement } = report;
  console.log(statement ? `Evidence pack about ${statement.chains.map(({ person }) => person).join(', ')}\nfrom ${statement.ledger}, made ${statement.madeAt}\n` : 'This pack has no statement by the key that you gave\n');
  tellFindings(report.findings);
  if (!report.holds) return false;
  console.log(`\nSo it is shown that:\n${story(report).join('\n')}`);
  tellUnjudged(report.findings);
  return true;
}

interface Exported {
  index: number;
  hash: string;
  event: unknown;
}

/** One pass over `samtycke export events`: hashes and indices; of an export from 0 on also the root, and the chains in what it covers. */
class ExportCheck {
  private readonly tree = new Frontier(sha256);
  private readonly chains: Chains;
  private readonly wrong = new Problems();
  private readonly broken = new Problems();
  private next?: number;
  private first = 0;

  constructor(private readonly checkpoint: Checkpoint) {
    this.chains = new Chains(checkpoint.origin);
  }

  take(line: string, number: number): void {
    const { index, hash, event } = parsed(line, number);
    this.first = this.next === undefined ? index : this.first;
    if (this.next !== undefined && index !== this.next) this.wrong.add(`after index ${this.next - 1} comes ${index}: events are missing`);
    this.next = index + 1;
    const bytes = canonicalBytes(event);
    const leaf = leafHash(sha256, bytes);
    if (Buffer.from(leaf).toString('hex') !== hash) this.wrong.add(`the event at index ${index} is not the one that was hashed`);
    if (this.first > 0 || this.tree.size === this.checkpoint.size) return;
    this.tree.append(leaf);
    const broken = this.chains.take(index, bytes);
    if (broken) this.broken.add(broken);
  }

  findings(): Finding[] {
    const { first, next = 0, checkpoint } = this;
    const beside = this.wrong.finding(`the ${next - first} events have the hashes that stand beside them, and no index is missing between the first and the last`);
    if (first > 0) return [beside, { holds: false, text: `the export begins at index ${first}, not at 0: no event of it was held against the root that was signed, so nothing shows that they stand in the log` }];
    const chains = this.broken.finding(`the ${this.chains.count} chains in the first ${this.tree.size} events, one for each person, are whole`);
    if (this.tree.size < checkpoint.size) return [beside, chains, { holds: false, text: `the export ends at ${this.tree.size} events, the checkpoint commits to ${checkpoint.size}: the end is missing` }];
    return [beside, chains, ...this.aboutRoot(next)];
  }

  private aboutRoot(count: number): Finding[] {
    const { size, root } = this.checkpoint;
    const found = finding(sameBytes(this.tree.root(), root) ? undefined : 'the events do not have the root that was signed', `the first ${size} events have the root that was signed`);
    if (count === size) return [found];
    return [found, { holds: true, open: true, text: `the checkpoint does not commit to the ${count - size} events from index ${size} on: nothing shows that they stand in the log` }];
  }

  get keyChanges(): readonly LoggedChange[] {
    return this.chains.keyChanges;
  }
}

function parsed(line: string, number: number): Exported {
  try {
    const { index, hash, event } = JSON.parse(line) as Exported;
    const sound = Number.isSafeInteger(index) && index >= 0 && typeof hash === 'string' && typeof event === 'object';
    // A member that stands twice or beside these is read by others, and covered by no hash.
    if (sound && JSON.stringify({ index, hash, event }) === line) return { index, hash, event };
  } catch {
    // said below
  }
  throw new RangeError(`line ${number} is no event as \`samtycke export events\` writes it`);
}

/** Verifies an export of events against each of the signed checkpoints; resolves to whether everything holds. */
export async function verifyExport(path: string, { checkpoints, ...keys }: FileOptions): Promise<boolean> {
  if (checkpoints.length === 0) throw new RangeError('an export is verified against a signed checkpoint: give --checkpoint');
  let holds = true;
  for (const file of checkpoints) {
    if (checkpoints.length > 1) console.log(`By the checkpoint in ${file}:`);
    holds = (await verifyBy(file, path, keys)) && holds;
  }
  return holds;
}

/** An event has at most 16,384 bytes, which JSON may write longer. */
const MOST_LETTERS = 2 ** 20;

/** The lines of a file of any size; throws where one is longer than any that we write. */
async function* linesIn(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const part of createReadStream(path, 'utf8')) {
    const lines = (rest + String(part)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map((line) => line.replace(/\r$/, ''));
    if (rest.length > MOST_LETTERS) throw new RangeError(`${path} is no export: a line in it has no end`);
  }
  if (rest !== '') yield rest;
}

async function verifyBy(file: string, path: string, keys: GivenKeys): Promise<boolean> {
  const signed = readFileSync(file, 'utf8');
  const check = new ExportCheck(readCheckpoint(signed, keys));
  let number = 0;
  for await (const line of linesIn(path)) check.take(line, (number += 1));
  if (number === 0) throw new RangeError(`${path} holds no event`);
  const { findings } = checkSignatures({ signed, changes: check.keyChanges }, keys);
  return showFindings([...findings, ...check.findings(), TIMES_OPEN]);
}
