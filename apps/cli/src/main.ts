#!/usr/bin/env node
import { Command } from 'commander';
import { catalogueCommand } from './commands/catalogue.js';
import { deadCommand } from './commands/dead.js';
import { exportCommand } from './commands/export.js';
import { heldCommand } from './commands/held.js';
import { historyCommand } from './commands/history.js';
import { importCommand } from './commands/import.js';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { proofCommand } from './commands/proof.js';
import { readsCommand } from './commands/reads.js';
import { recoverCommand } from './commands/recover.js';
import { replayCommand } from './commands/replay.js';
import { rightsCommand } from './commands/rights.js';
import { searchCommand } from './commands/search.js';
import { systemsCommand } from './commands/systems.js';
import { topicsCommand } from './commands/topics.js';
import { verifyCommand } from './commands/verify.js';
import { EXIT_HELP, endedBy, exitByUs, saidInPart } from './exit-codes.js';
import { sayVisibly } from './visible.js';
import { wordsOf } from './words-of.js';

sayVisibly();

const program = exitByUs(new Command('samtycke'))
  .description('Work on a Samtycke ledger: its database, catalogue, keys and history; import and export.')
  .addHelpText('after', '\nThe database is DATABASE_URL, else that of the installation started here; keys and run.json lie in SAMTYCKE_DATA (.data).\n' + EXIT_HELP);

const COMMANDS = [
  migrateCommand, catalogueCommand, keysCommand, historyCommand, readsCommand, rightsCommand, searchCommand, heldCommand, systemsCommand, deadCommand, importCommand, exportCommand, proofCommand,
  verifyCommand, replayCommand, recoverCommand, topicsCommand,
];

for (const add of COMMANDS) add(program);

/** A mistake is answered with where to read on: the help of just that command. */
function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(${name} --help tells what there is)`);
  for (const child of command.commands) pointToHelp(child, `${name} ${child.name()}`);
}
pointToHelp(program, 'samtycke');

let cut = false;
/** What was printed is not all there: a script must not take it for the whole. Whoever stops reading has what he wanted. */
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE' || cut) return;
  cut = true;
  console.error(`samtycke: the output could not be written: ${message}`);
  saidInPart();
});

program.parseAsync().catch((error: unknown) => {
  if (cut) return;
  console.error(`samtycke: ${wordsOf(error as Error)}`);
  if (process.env.SAMTYCKE_DEBUG) console.error(error);
  endedBy(error);
});
