import type { Command } from 'commander';
import { prepareLookup, prepareMaster, removeOldMasters, rotateLookup, rotateMaster, type OnProgress, type RotationOptions } from '#rotation';
import { connected } from '../connect.js';
import { CliError, keyringFile } from '../installation.js';
import { rotateSigningCommands } from './keys-rotate-signing.js';

const APART_MS = 1_000;

const inWords = (seconds: number): string => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

/** Tells how far it is on stderr: in one line that is written over, or, where no terminal reads, a line each second at most. */
function teller(terminal = process.stderr.isTTY): OnProgress {
  let told = -Infinity;
  return ({ done, total, secondsLeft }) => {
    const now = performance.now();
    if (done < total && now - told < APART_MS) return;
    told = now;
    const left = secondsLeft === undefined || done === total ? '' : `, about ${inWords(secondsLeft)} left`;
    const line = `${done} of ${total} wrapped (${Math.floor((done / total) * 100)} %)${left}`;
    process.stderr.write(terminal ? `\r${line.padEnd(70)}${done === total ? '\n' : ''}` : `${line}\n`);
  };
}

async function withOptions(work: (options: RotationOptions) => Promise<void>): Promise<void> {
  await connected(({ pool, ledger }) => work({ pool, ledger, keyring: keyringFile(), onProgress: teller() }));
}

const rowsOf = (rows: number, what: string): string => (rows === 0 ? `no ${what} had to be wrapped` : `${rows} ${what} wrapped`);
const PREPARED = 'lies ready in the keyring and is not used yet. Bring the keyring to every machine, then run this without --prepare.';

async function master({ prepare, removeOld }: { prepare?: boolean; removeOld?: boolean }): Promise<void> {
  if (prepare && removeOld) throw new CliError('--prepare and --remove-old do not go together');
  await withOptions(async (options) => {
    if (prepare) return console.log(`Master key ${await prepareMaster(options)} ${PREPARED}`);
    if (!removeOld) {
      const { key, rows } = await rotateMaster(options);
      return console.log(`Master key ${key} is in use; ${rowsOf(rows, 'keys of people')}. The old one stays in the keyring until --remove-old.`);
    }
    const removed = await removeOldMasters(options);
    console.log(removed.length === 0 ? 'The keyring holds no old master key.' : `Removed from the keyring: ${removed.join(', ')}. Backups from before need them: keep an old copy of the keyring for as long as those live.`);
  });
}

const chain = (name: 'lookup' | 'suppression', what: string) => async ({ prepare }: { prepare?: boolean }): Promise<void> =>
  withOptions(async (options) => {
    if (prepare) return console.log(`The ${name} key ${await prepareLookup(options, name)} ${PREPARED}`);
    const { key, rows } = await rotateLookup(options, name);
    console.log(`The ${name} key ${key} is in use, around those before it; ${rowsOf(rows, what)}.`);
  });

const PREPARE = 'only put the new key into the keyring, to bring it to other machines first';
const HELP = `
The ledger stays in use meanwhile; running processes read the keyring (SAMTYCKE_KEYRING, else keyring.json in SAMTYCKE_DATA) again
when they meet the new key. One that cannot read it there answers 503 until it can: where there are several machines, run
with --prepare, copy the keyring, then run without. A rotation that was ended goes on when it is run again. Back the
keyring up, apart from the database, before and after.`;

/** Adds `keys rotate master|lookup|suppression|log|cosigner`. */
export function rotateCommand(keys: Command): void {
  const rotate = keys.command('rotate').description('change the keys that seal, find and sign, while the ledger is in use').addHelpText('after', HELP);
  rotate
    .command('master')
    .description('a new master key; the keys of people are wrapped anew')
    .option('--prepare', PREPARE)
    .option('--remove-old', 'remove master keys that no key of a person is wrapped by any more')
    .addHelpText('after', HELP)
    .action(master);
  rotate.command('lookup').description('one more key around every look-up of an identifier').option('--prepare', PREPARE).addHelpText('after', HELP).action(chain('lookup', 'look-ups'));
  rotate.command('suppression').description('one more key around the look-ups of erased people').option('--prepare', PREPARE).addHelpText('after', HELP).action(chain('suppression', 'look-ups of erased people'));
  rotateSigningCommands(rotate);
}
