import type { Command } from 'commander';
import { readKeyring, verifiersIn } from '#vault';
import { demandApart, demandBeside, givenOf } from '../apart.js';
import { doesNotHold } from '../exit-codes.js';
import { CliError, keyringFile, logDir } from '../installation.js';
import { verifyDatabase } from '../database/verify-database.js';
import type { GivenKeys } from '../log/check-signatures.js';
import { isPack } from '../log/open-pack.js';
import { verifyExport, verifyPackFile } from '../log/verify-files.js';
import { verifyLog } from '../log/verify-log.js';
import { receiptIn, verifyReceiptText } from '../log/verify-receipt.js';
import { reason } from '../reason.js';

interface Options {
  log?: string;
  key?: string[];
  cosigner?: string[];
  followKeyChanges?: boolean;
  checkpoint?: string[];
  known?: string[];
  apiKey?: string;
  reason?: string;
  database?: boolean;
  evidence?: boolean;
  resume?: string;
}

const lines = (keys: string[] | undefined): string | undefined => keys?.join('\n');

/** The keys to verify with: as given, else those of the installation here (which proves nothing to a stranger). */
function keysOf({ key, cosigner, followKeyChanges }: Options): GivenKeys {
  if (key) return { key: key.join('\n'), cosigner: lines(cosigner), followKeyChanges };
  const keyring = readKeyring(keyringFile());
  return { key: verifiersIn(keyring, 'log').join('\n'), cosigner: lines(cosigner) ?? lines(verifiersIn(keyring, 'cosigner')), followKeyChanges, inUse: keyring.log.verifier };
}

/** What is verified, and which options say something of it. */
const MATTERS = {
  pack: { name: 'an evidence pack', options: ['--cosigner', '--follow-key-changes', '--checkpoint', '--known'] },
  receipt: { name: 'a receipt', options: [] as string[] },
  export: { name: 'an export of events', options: ['--cosigner', '--follow-key-changes', '--checkpoint'] },
  log: { name: 'the log', options: ['--log', '--cosigner', '--follow-key-changes', '--checkpoint', '--api-key', '--reason'] },
  database: { name: 'the database', options: ['--log', '--cosigner', '--follow-key-changes', '--checkpoint', '--evidence', '--resume'] },
};

/** Refuses options that say nothing of what is verified: they would seem to have been looked at. */
function demandFitting(matter: keyof typeof MATTERS, { log, cosigner, followKeyChanges, checkpoint, known, apiKey, reason: why, evidence, resume }: Options): void {
  const { name, options } = MATTERS[matter];
  const given = givenOf({ '--log': log, '--cosigner': cosigner, '--follow-key-changes': followKeyChanges, '--checkpoint': checkpoint, '--known': known, '--api-key': apiKey, '--reason': why, '--evidence': evidence, '--resume': resume });
  const strange = given.filter((option) => !options.includes(option));
  if (strange.length > 0) throw new CliError(`${name} is verified without ${strange.join(', ')}: leave ${strange.length > 1 ? 'them' : 'it'} out`);
}

function holdsFile(file: string, keys: GivenKeys, options: Options): Promise<boolean> | boolean {
  const { checkpoint: checkpoints = [], known = [] } = options;
  const receipt = isPack(file) ? undefined : receiptIn(file);
  const matter = isPack(file) ? 'pack' : receipt === undefined ? 'export' : 'receipt';
  demandFitting(matter, options);
  if (receipt !== undefined) return verifyReceiptText(receipt, keys);
  return matter === 'pack' ? verifyPackFile(file, { ...keys, checkpoints, known }) : verifyExport(file, { ...keys, cosigner: lines(options.cosigner), checkpoints, known });
}

function holdsHere(log: string, keys: GivenKeys, options: Options): Promise<boolean> {
  const { apiKey, reason: why, checkpoint = [] } = options;
  demandFitting('log', options);
  demandBeside({ '--api-key': apiKey }, { '--reason': why });
  return verifyLog({ log, ...keys, apiKey, reason: why, kept: checkpoint });
}

async function verify(file: string | undefined, options: Options): Promise<void> {
  demandApart({ [file ?? 'a file']: file, '--database': options.database });
  if (options.database) demandFitting('database', options);
  const keys = keysOf(options);
  const log = logDir(options.log);
  if (options.database) return verifyDatabase({ log, ...keys, checkpoint: options.checkpoint, evidence: options.evidence, resume: options.resume });
  if (!(await (file === undefined ? holdsHere(log, keys, options) : holdsFile(file, keys, options)))) doesNotHold();
}

const more = (value: string, before: string[] = []): string[] => [...before, value];

const HELP = `
With a file: an evidence pack (zip), a receipt (JSON, or its signature alone), or what \`samtycke export events\` wrote, is verified offline. The key comes from you or from
your own configuration, never from the file; where the log has changed its key, give each that you trust, or the old one with --follow-key-changes.
An export must begin at index 0: without its beginning nothing in it can be held against a signed root.
What does not hold is said with person, purpose and version, and the exit code is 1; 2 where it could not be judged, such as a file that cannot be read.
Without one: the transparency log itself.

Examples:
  samtycke verify pack.zip --key "consent.example.se/ledger+1a2b3c4d+AS…" --cosigner "consent.example.se/ledger/operator+…"
  samtycke verify pack.zip --key "…" --checkpoint kept.txt --known other-pack.zip
  samtycke verify receipt.json --key "…"
  samtycke verify events.ndjson --key "…" --checkpoint kept.txt`;

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .argument('[file]', 'an evidence pack, a receipt, or an export of events; without it the log is verified')
    .option('--log <folder or url>', 'the log’s folder, or the address where it is served (…/log); without it LOG_DIR, or that of the installation here')
    .option('--key <verifier>', 'the log’s verifier key (<name>+<id>+<key>), from a source that you trust; several where it was changed; without it the keyring here', more)
    .option('--cosigner <verifier>', 'the operator’s cosignature key: says when the checkpoint was seen', more)
    .option('--follow-key-changes', 'trust a newer key, too, to which changes signed by the key before lead from one that you gave')
    .option('--checkpoint <file>', 'a signed checkpoint that you kept: its events must be the beginning of this log', more)
    .option('--known <file>', 'of a pack: another pack, or the JSON of …/proof: what stands there must stand in this one', more)
    .option('--api-key <key>', 'over an address: a key with audit:read, so that the events themselves are read (leaves a trace)')
    .option('--reason <text>', 'why they are read: stands in the trace', reason)
    .option('--database', 'check the ledger’s tables instead, while they are in use: every event, index, state, and all of it against the log')
    .option('--evidence', 'with --database: open every evidence item, too, and hold it against its event')
    .option('--resume <file>', 'with --database: keep the place in this file, and go on where an earlier run stopped')
    .description('check an evidence pack, a receipt, an export, the transparency log, or the database: signatures, every hash, every event, every chain')
    .addHelpText('after', HELP)
    .action(verify);
}
