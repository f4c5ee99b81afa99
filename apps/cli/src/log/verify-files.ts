import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { canonicalBytes, Frontier, leafHash, sameBytes, verifyPack, type Checkpoint, type PackReport } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { Chains, type LoggedChange } from './chains.js';
import { finding, type Finding } from './check-log.js';
import { checkSignatures, readCheckpoint, type GivenKeys } from './check-signatures.js';
import { openKnown, openPack } from './open-pack.js';
import { showFindings } from './verify-log.js';

export interface FileOptions extends GivenKeys {
  /** Files with checkpoints that were kept. */
  checkpoints: string[];
  known: string[];
}

const LABELS = { holds: 'holds', fails: 'FAILS', late: 'late ', open: 'open ' };

function story({ events }: PackReport): string[] {
  return events.map(({ event, index }) => {
    const text = event.notice ? `, shown ${event.notice.id} ${event.notice.version} (${event.notice.locale})` : '';
    const ground = event.type === 'person-erased' ? `, ground ${String(event.fact?.ground ?? 'not said')}` : '';
    return `${event.recordedAt.slice(0, 19).replace('T', ' ')} UTC  ${event.purpose}, version ${event.version}: ${event.type}${text}${ground}${index === undefined ? '' : `  [log index ${index}]`}`;
  });
}

/** Verifies an evidence pack and prints what holds and what does not; resolves to whether everything holds. */
export function verifyPackFile(path: string, { checkpoints, known, ...keys }: FileOptions): boolean {
  const trust = { ...keys, checkpoints: checkpoints.map((file) => readFileSync(file, 'utf8')), known: known.map(openKnown) };
  const report = verifyPack(openPack(path), trust, { sha256, check: checkEd25519 });
  const { statement } = report;
  console.log(statement ? `Evidence pack about ${statement.chains.map(({ person }) => person).join(', ')}\nfrom ${statement.ledger}, made ${statement.madeAt}\n` : 'This pack has no statement by the key that you gave\n');
  for (const { state, text } of report.findings) console.log(`${LABELS[state]}  ${text}`);
  if (!report.holds) return false;
  console.log(`\nSo it is shown that:\n${story(report).join('\n')}`);
  return true;
}

interface Exported {
  index: number;
  hash: string;
  event: unknown;
}

/** One pass over `samtycke export events`: hashes, indices, chains, and the root where the export begins at 0. */
class ExportCheck {
  private readonly tree = new Frontier(sha256);
  private readonly chains: Chains;
  private readonly wrong: string[] = [];
  private readonly broken: string[] = [];
  private next?: number;
  private first = 0;

  constructor(private readonly checkpoint: Checkpoint) {
    this.chains = new Chains(checkpoint.origin);
  }

  take(line: string, number: number): void {
    const { index, hash, event } = parsed(line, number);
    this.first = this.next === undefined ? index : this.first;
    if (this.next !== undefined && index !== this.next) this.wrong.push(`after index ${this.next - 1} comes ${index}: events are missing`);
    this.next = index + 1;
    const bytes = canonicalBytes(event);
    const leaf = leafHash(sha256, bytes);
    if (Buffer.from(leaf).toString('hex') !== hash) this.wrong.push(`the event at index ${index} is not the one that was hashed`);
    if (this.tree.size < this.checkpoint.size && this.first === 0) this.tree.append(leaf);
    const chain = this.first === 0 ? this.chains.take(index, bytes) : undefined;
    if (chain) this.broken.push(chain);
  }

  findings(): Finding[] {
    const { size, root } = this.checkpoint;
    const count = (this.next ?? 0) - this.first;
    const found = [finding(this.wrong, `the ${count} events have the hashes that stand beside them, and no index is missing between the first and the last`)];
    if (this.first > 0) return found;
    found.push(finding(this.broken, `the ${this.chains.count} chains in them, one for each person, are whole`));
    if (this.tree.size < size) return [...found, { holds: false, text: `the export ends at ${count} events, the checkpoint commits to ${size}: the end is missing` }];
    return [...found, finding(sameBytes(this.tree.root(), root) ? [] : ['the events do not have the root that was signed'], `the first ${size} events have the root that was signed`)];
  }

  get keyChanges(): readonly LoggedChange[] {
    return this.chains.keyChanges;
  }

  get part(): boolean {
    return this.first > 0;
  }
}

function parsed(line: string, number: number): Exported {
  try {
    const { index, hash, event } = JSON.parse(line) as Exported;
    if (Number.isSafeInteger(index) && typeof hash === 'string' && typeof event === 'object') return { index, hash, event };
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

async function verifyBy(file: string, path: string, keys: GivenKeys): Promise<boolean> {
  const signed = readFileSync(file, 'utf8');
  const check = new ExportCheck(readCheckpoint(signed, keys));
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) check.take(line, (number += 1));
  if (number === 0) throw new RangeError(`${path} holds no event`);
  const { findings } = checkSignatures({ signed, changes: check.keyChanges }, { ...keys, cosigner: undefined });
  const holds = showFindings([...findings, ...check.findings()]);
  if (check.part) console.log(`${LABELS.open}  the export does not begin at index 0: that its events are those of the signed log, and whether chains are whole, is not shown`);
  return holds;
}
