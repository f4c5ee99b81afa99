import { readFileSync } from 'node:fs';
import { CliError } from '../installation.js';
import { LogCheck } from './check-log.js';
import { checkInUse, checkSignatures, readCheckpoint, utc, type GivenKeys } from './check-signatures.js';
import type { Finding } from './finding.js';
import { openLog, type Reader } from './log-source.js';
import { visibleLine } from '../visible.js';

export interface LogOptions extends GivenKeys, Reader {
  /** Folder or address of the log. */
  log: string;
  /** Files with checkpoints that were kept. */
  kept: readonly string[];
}

/** An event may be this much younger than the checkpoint says, and no more. */
const TOLERANCE_SECONDS = 60;

function aboutNewest(newest: number, time: number | undefined): Finding[] {
  if (time === undefined || newest === 0) return [];
  const holds = newest <= time + TOLERANCE_SECONDS;
  return [{ holds, text: holds ? 'no event claims to be younger than the checkpoint' : `an event claims ${utc(newest)}, after the checkpoint: its time, or the checkpoint's, is wrong` }];
}

/** What the newest checkpoint alone cannot tell. */
export const TIMES_OPEN: Finding = { holds: true, open: true, text: 'whether each event got its place in the log at about the time that it claims: an evidence pack and `verify --database` hold it against the checkpoints in between' };

const labelOf = ({ holds, open }: Finding): string => (open ? 'open ' : holds ? 'holds' : 'FAILS');

/** Prints what was found; tells whether all of it holds. */
export function showFindings(findings: Finding[]): boolean {
  for (const one of findings) console.log(`${labelOf(one)}  ${visibleLine(one.text)}`);
  return findings.every(({ holds }) => holds);
}

/** A log of which a part is missing or malformed does not hold; one that cannot be reached was not judged. */
function unreadable(error: unknown): Finding[] {
  if (!(error instanceof RangeError)) throw error;
  return [{ holds: false, text: error.message }];
}

/** Verifies the transparency log in its folder or where it is served; resolves to whether everything holds. */
export async function verifyLog({ log, kept, ...options }: LogOptions): Promise<boolean> {
  const source = openLog(log, options);
  const signed = await source.checkpoint();
  if (signed === undefined) throw new CliError(`${log} holds no checkpoint`);
  const checkpoint = readCheckpoint(signed, options);
  const earlier = kept.map((file) => readFileSync(file, 'utf8'));
  const entries = !/^https?:/.test(log) || options.apiKey !== undefined;
  const check = new LogCheck({ source, checkpoint, earlier: earlier.map((one) => readCheckpoint(one, options)), entries });
  const read = await check.run().catch(unreadable);
  const { findings, time } = checkSignatures({ signed, earlier, changes: check.keyChanges, entries }, options);
  console.log(`Log ${checkpoint.origin}, ${checkpoint.size} events\n`);
  const holds = showFindings([...findings, ...checkInUse(signed, options), ...read, ...aboutNewest(check.newest, time), ...(entries ? [TIMES_OPEN] : [])]);
  if (!entries) console.log('open   the events themselves were not read: give --api-key, of a key with audit:read');
  if (earlier.length === 0) console.log('open   whether an earlier log was rewritten whole: give --checkpoint, a file with one that you kept');
  return holds;
}
