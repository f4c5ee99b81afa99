import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { cosignedAt, parseVerifier, type Note } from '#proof';
import { checkEd25519, keyringPath, readKeyring, sha256 } from '#vault';
import { CliError, dataDir } from '../connect.js';
import { verifyDatabase } from '../database/verify-database.js';
import { LogCheck, openSigned, type Finding } from '../log/check-log.js';
import { openLog } from '../log/log-source.js';

interface Options {
  log?: string;
  key?: string;
  cosigner?: string;
  checkpoint?: string;
  apiKey?: string;
  reason?: string;
  database?: boolean;
  evidence?: boolean;
  resume?: string;
}

/** An event may be this much younger than the checkpoint says, and no more. */
const TOLERANCE_SECONDS = 60;

const utc = (seconds: number): string => `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** The keys to verify with: as given, else those of the installation here (which proves nothing to a stranger). */
function keysOf({ key, cosigner }: Options): { key: string; cosigner?: string } {
  if (key) return { key, cosigner };
  const { log, cosigner: own } = readKeyring(keyringPath(dataDir()));
  return { key: log.verifier, cosigner: cosigner ?? own?.verifier };
}

function aboutTime(note: Note, cosigner: string | undefined): { finding?: Finding; time?: number } {
  if (!cosigner) return {};
  const verifier = parseVerifier(sha256, cosigner);
  const time = cosignedAt(note, verifier, checkEd25519);
  const text = time === undefined ? `${verifier.name} has not cosigned the checkpoint` : `${verifier.name} cosigned that it saw the checkpoint at ${utc(time)}`;
  return { time, finding: { holds: time !== undefined, text } };
}

function aboutNewest(newest: number, time: number | undefined): Finding[] {
  if (time === undefined || newest === 0) return [];
  const holds = newest <= time + TOLERANCE_SECONDS;
  return [{ holds, text: holds ? 'no event claims to be younger than the checkpoint' : `an event claims ${utc(newest)}, after the checkpoint: its time, or the checkpoint's, is wrong` }];
}

function show(findings: Finding[], looked: { entries: boolean; earlier: boolean }): void {
  for (const { holds, text } of findings) console.log(`${holds ? 'holds' : 'FAILS'}  ${text}`);
  if (!looked.entries) console.log('open   the events themselves were not read: give --api-key, of a key with audit:read');
  if (!looked.earlier) console.log('open   whether an earlier log was rewritten whole: give --checkpoint, a file with one that you kept');
  if (findings.some(({ holds }) => !holds)) process.exitCode = 1;
}

async function verify(options: Options): Promise<void> {
  const where = options.log ?? process.env.LOG_DIR ?? join(dataDir(), 'transparency-log');
  const keys = keysOf(options);
  if (options.database) return verifyDatabase({ ...options, log: where, ...keys });
  const source = openLog(where, options);
  const signed = await source.checkpoint();
  if (signed === undefined) throw new CliError(`${where} holds no checkpoint`);
  const checkpoint = openSigned(signed, keys.key);
  const earlier = options.checkpoint ? openSigned(readFileSync(options.checkpoint, 'utf8'), keys.key) : undefined;
  const entries = !/^https?:/.test(where) || options.apiKey !== undefined;
  const cosigned = aboutTime(checkpoint.note, keys.cosigner);
  const check = new LogCheck({ source, checkpoint, earlier, entries });
  const findings: Finding[] = [
    { holds: true, text: `the checkpoint is signed by the log's key ${keys.key.split('+', 2).join('+')}` },
    ...(cosigned.finding ? [cosigned.finding] : []),
    ...(await check.run()),
    ...aboutNewest(check.newest, cosigned.time),
  ];
  console.log(`Log ${checkpoint.origin}, ${checkpoint.size} events\n`);
  show(findings, { entries, earlier: earlier !== undefined });
}

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .option('--log <folder or url>', 'the log’s folder, or the address where it is served (…/log); without it LOG_DIR, or that of the installation here')
    .option('--key <verifier>', 'the log’s verifier key (<name>+<id>+<key>), from a source that you trust; without it the keyring here')
    .option('--cosigner <verifier>', 'the operator’s cosignature key: says when the checkpoint was seen')
    .option('--checkpoint <file>', 'a signed checkpoint that you kept: its events must be the beginning of this log')
    .option('--api-key <key>', 'over an address: a key with audit:read, so that the events themselves are read (leaves a trace)')
    .option('--reason <text>', 'why they are read: stands in the trace')
    .option('--database', 'check the ledger’s tables instead, while they are in use: every event, index, state, and all of it against the log')
    .option('--evidence', 'with --database: open every evidence item, too, and hold it against its event')
    .option('--resume <file>', 'with --database: keep the place in this file, and go on where an earlier run stopped')
    .description('check the transparency log: signatures, every hash, every event, every person’s chain')
    .action(verify);
}
