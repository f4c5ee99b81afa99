import { InvalidArgumentError, Option, type Command } from 'commander';
import { openedKinds, preparePack, readingsOf, streamPack, type PackRequest } from '#evidence-pack';
import { Refusal } from '#ledger';
import { SigningKeys } from '#rotation';
import { IDENTIFIER_KINDS, personKeysOf, type IdentifierKind } from '#vault';
import { LogFolder } from '#log-folder';
import { connected, demandFresh } from '../connect.js';
import { DoesNotHold } from '../exit-codes.js';
import { CliError, logDir } from '../installation.js';
import { number } from '../number.js';
import { personBehind } from '../person.js';
import { reason } from '../reason.js';
import { trace } from '../trace.js';
import { demandPlace, writeWhole } from '../write-whole.js';

interface ProofOptions {
  kind: IdentifierKind;
  reason: string;
  out: string;
  open: PackRequest['open'];
  since: number[];
  log?: string;
}

function kinds(text: string): PackRequest['open'] {
  const open = openedKinds(text);
  if (!open) throw new InvalidArgumentError('identifier, ip, user-agent, gpc, url, text, reason-text or file, comma separated; or all');
  return open;
}

function sizes(text: string): number[] {
  const all = text.split(',').map(Number);
  if (!all.every((size) => Number.isSafeInteger(size) && size > 0)) throw new InvalidArgumentError('numbers of events, comma separated: the second line of a checkpoint');
  return all;
}

async function make(who: string, { kind, reason: why, out, open, since, log }: ProofOptions): Promise<void> {
  await demandPlace(out);
  await connected(async (connection) => {
    const { pool, ledger, keyring } = connection;
    const folder = new LogFolder(logDir(log));
    await demandFresh(connection, folder);
    const person = await personBehind(connection, who, kind);
    const signing = new SigningKeys({ pool, ledger, keyring });
    const source = { pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring), folder, signing };
    const content = await preparePack(source, { person, open, since }).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      const Kind = error.code === 'chain_damaged' ? DoesNotHold : CliError;
      throw new Kind(`${error.message}${error.code.startsWith('checkpoint') ? ': is the relay running?' : ''}`);
    });
    for (const { person: one, what } of readingsOf(content)) await trace(connection, what, why, one);
    await writeWhole(() => streamPack(content), out);
    const { chains, size } = content.about;
    const waiting = chains.reduce((sum, chain) => sum + chain.waiting, 0);
    console.error(`${number(chains.reduce((sum, chain) => sum + chain.events, 0), 'event', 'events')} of ${person}, in a signed log of ${size}, in ${out}${waiting > 0 ? `; ${number(waiting, 'newer one is', 'newer ones are')} in no checkpoint yet: not in it` : ''}`);
  });
}

const HELP = `
The pack holds the events as they were hashed, the texts as they were shown, where each event stands in the signed log, a
signed statement that there are no others, a PDF for reading, and VERIFY.md. Evidence (address, network, browser, files) is in
it only as far as --open says.

Examples:
  samtycke proof anna@example.se --reason "case 4711" --out pack.zip
  samtycke proof anna@example.se --reason "case 4711" --out pack.zip --open identifier,ip,user-agent
  samtycke verify pack.zip --key "<the log's public key>"`;

export function proofCommand(program: Command): void {
  program
    .command('proof')
    .argument('<who>', 'a person or device id, or an identifier with --kind')
    .addOption(new Option('--kind <kind>', 'what <who> is when it is no id').choices([...IDENTIFIER_KINDS]).default('email'))
    .requiredOption('--reason <text>', 'why it is made: stands in the trace of readings', reason)
    .requiredOption('--out <file>', 'the pack (zip; mode 0600, whole or not there)')
    .option('--open <kinds>', 'kinds of evidence to open, comma separated, or all; without it none', kinds, [])
    .option('--since <sizes>', 'sizes of checkpoints that somebody kept: the pack shows how the log has grown from each', sizes, [])
    .option('--log <folder>', 'the log’s folder; without it LOG_DIR, or that of the installation here')
    .description('the evidence pack of one person: one file that an outsider verifies without us')
    .addHelpText('after', HELP)
    .action(make);
}
