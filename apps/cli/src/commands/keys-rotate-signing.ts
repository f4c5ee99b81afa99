import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { SigningRole } from '#proof';
import { prepareSigning, retireSigning, rotateSigning, type SigningOptions } from '#rotation';
import { writeSecret } from '#vault';
import { connected, demandFresh } from '../connect.js';
import { CliError, dataDir, keyringFile } from '../installation.js';

interface Options {
  prepare?: boolean;
  removeOld?: boolean;
  again?: boolean;
}

/**
 * `run.json` of the installation that runs here names the log's key in use; that of another, whose keyring is not the one that is
 * rotated, is left alone. The change does not wait for it: the event stands already.
 */
function tellRunFile(verifier: string): void {
  const path = join(dataDir(), 'run.json');
  try {
    if (!existsSync(path)) return;
    const run = JSON.parse(readFileSync(path, 'utf8')) as { keyring?: string };
    if (run.keyring === undefined || resolve(run.keyring) !== resolve(keyringFile())) return;
    writeSecret(path, { ...run, logKey: verifier });
  } catch (error) {
    console.error(`samtycke: ${path} still names the log's key of before (${(error as Error).message}): where it is of this installation, start Samtycke anew, which writes it again`);
  }
}

const TITLES = { log: 'log', cosigner: 'operator’s cosignature' };

async function removeOld(options: SigningOptions): Promise<void> {
  const names = await retireSigning(options);
  console.log(names.length === 0 ? 'The keyring holds no private key that has ceased to sign.' : `Private halves removed from the keyring: ${names.join(', ')}. What they signed is still verified.`);
}

async function rotate(options: SigningOptions, again: boolean): Promise<void> {
  const title = TITLES[options.role];
  const { verifier, since, changed } = await rotateSigning(options, { again });
  if (!changed) return console.log(`The ${title} key is in use since ${since?.slice(0, 10)}, and the one before it still signs: nothing was changed (--again makes another).\n${verifier}`);
  console.log(`The ${title} key is changed; the old one signs beside it for 30 days from ${since?.slice(0, 10)}. Publish the new one where people get it:`);
  console.log(verifier);
}

const act = (role: SigningRole) => async ({ prepare, removeOld: old, again = false }: Options): Promise<void> => {
  if ([prepare, old, again].filter(Boolean).length > 1) throw new CliError('--prepare, --remove-old and --again do not go together');
  await connected(async ({ pool, ledger }) => {
    const announce = role === 'log' ? tellRunFile : undefined;
    const options: SigningOptions = { pool, ledger, role, keyring: keyringFile(), mayWrite: () => demandFresh({ pool, ledger }), announce };
    if (prepare) return console.log(`This ${TITLES[role]} key lies ready in the keyring and signs nothing yet. Bring the keyring to every machine, then run this without --prepare.\n${await prepareSigning(options)}`);
    return old ? removeOld(options) : rotate(options, again);
  }, { max: 4 });
};

const HELP = `
The old key signs a key-changed event; from then on both sign every checkpoint and statement for 30 days, so that whoever
knows only the old one has time to get the new one. Receipts are signed by the new one at once. Running processes see the event,
and read the keyring again. A change that was ended goes on when this is run again; within 30 days of a change nothing happens
unless --again. Old private keys stay in the keyring until --remove-old, their public halves for ever.`;

/** Adds `keys rotate log|cosigner`. */
export function rotateSigningCommands(rotate: Command): void {
  const add = (role: SigningRole, description: string): void => {
    rotate
      .command(role)
      .description(description)
      .option('--prepare', 'only put the new key into the keyring, to bring it to other machines first')
      .option('--remove-old', 'remove private keys from the keyring that have ceased to sign')
      .option('--again', 'change it though the last change is less than 30 days old')
      .addHelpText('after', HELP)
      .action(act(role));
  };
  add('log', 'a new key for the transparency log; the old one signs the change');
  add('cosigner', 'a new key for the operator’s cosignatures; the old one signs the change');
}
