import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { cosignedAt, parseVerifier, type Note } from '#proof';
import { checkEd25519, keyringPath, readKeyring, sha256 } from '#vault';
import { CliError, dataDir } from '../connect.js';
import { verifyDatabase } from '../database/verify-database.js';
import { LogCheck, openSigned, type Finding } from '../log/check-log.js';
import { openLog } from '../log/log-source.js';
import { isPack } from '../log/open-pack.js';
import { verifyExport, verifyPackFile } from '../log/verify-files.js';

interface Options {
  log?: string;
  key?: string;
  cosigner?: string;
  checkpoint?: string[];
  known?: string[];
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

async function verify(file: string | undefined, options: Options): Promise<void> {
  if (file === undefined) return verifyLog(options);
  const given = { ...keysOf(options), checkpoints: options.checkpoint ?? [], known: options.known ?? [] };
  const holds = isPack(file) ? verifyPackFile(file, given) : await verifyExport(file, given);
  if (!holds) process.exitCode = 1;
}

async function verifyLog(options: Options): Promise<void> {
  const where = options.log ?? process.env.LOG_DIR ?? join(dataDir(), 'transparency-log');
  const keys = keysOf(options);
  if (options.database) return verifyDatabase({ ...options, log: where, ...keys });
  const source = openLog(where, options);
  const signed = await source.checkpoint();
  if (signed === undefined) throw new CliError(`${where} holds no checkpoint`);
  const checkpoint = openSigned(signed, keys.key);
  const [kept] = options.checkpoint ?? [];
  const earlier = kept === undefined ? undefined : openSigned(readFileSync(kept, 'utf8'), keys.key);
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

const more = (value: string, before: string[] = []): string[] => [...before, value];

const HELP = `
With a file: an evidence pack (zip), or what \`samtycke export events\` wrote, is verified offline. The key comes from you or from
your own configuration, never from the file. What does not hold is said with person, purpose and version; exit code 1.
Without one: the transparency log itself.

Examples:
  samtycke verify pack.zip --key "consent.example.se/ledger+1a2b3c4d+AS…" --cosigner "consent.example.se/ledger/operator+…"
  samtycke verify pack.zip --key "…" --checkpoint kept.txt --known other-pack.zip
  samtycke verify events.ndjson --key "…" --checkpoint kept.txt`;

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .argument('[file]', 'an evidence pack, or an export of events; without it the log is verified')
    .option('--log <folder or url>', 'the log’s folder, or the address where it is served (…/log); without it LOG_DIR, or that of the installation here')
    .option('--key <verifier>', 'the log’s verifier key (<name>+<id>+<key>), from a source that you trust; without it the keyring here')
    .option('--cosigner <verifier>', 'the operator’s cosignature key: says when the checkpoint was seen')
    .option('--checkpoint <file>', 'a signed checkpoint that you kept: its events must be the beginning of this log', more)
    .option('--known <file>', 'of a pack: another pack, or the JSON of …/proof: what stands there must stand in this one', more)
    .option('--api-key <key>', 'over an address: a key with audit:read, so that the events themselves are read (leaves a trace)')
    .option('--reason <text>', 'why they are read: stands in the trace')
    .option('--database', 'check the ledger’s tables instead, while they are in use: every event, index, state, and all of it against the log')
    .option('--evidence', 'with --database: open every evidence item, too, and hold it against its event')
    .option('--resume <file>', 'with --database: keep the place in this file, and go on where an earlier run stopped')
    .description('check an evidence pack, an export, the transparency log, or the database: signatures, every hash, every event, every chain')
    .addHelpText('after', HELP)
    .action(verify);
}
