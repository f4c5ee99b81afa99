#!/usr/bin/env node
import { Command } from 'commander';
import { catalogueCommand } from './commands/catalogue.js';
import { exportCommand } from './commands/export.js';
import { heldCommand } from './commands/held.js';
import { historyCommand } from './commands/history.js';
import { importCommand } from './commands/import.js';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { proofCommand } from './commands/proof.js';
import { recoverCommand } from './commands/recover.js';
import { replayCommand } from './commands/replay.js';
import { searchCommand } from './commands/search.js';
import { systemsCommand } from './commands/systems.js';
import { topicsCommand } from './commands/topics.js';
import { verifyCommand } from './commands/verify.js';

const program = new Command('samtycke')
  .description('Work on a Samtycke ledger: its database, catalogue, keys and history; import and export.')
  .addHelpText('after', '\nThe database is DATABASE_URL, else that of the installation started here; keys and run.json lie in SAMTYCKE_DATA (.data).')
  .showHelpAfterError('(samtycke --help tells what there is)');

const COMMANDS = [
  migrateCommand, catalogueCommand, keysCommand, historyCommand, searchCommand, heldCommand, systemsCommand, importCommand, exportCommand, proofCommand,
  verifyCommand, replayCommand, recoverCommand, topicsCommand,
];

for (const add of COMMANDS) add(program);

program.parseAsync().catch((error: unknown) => {
  const { message, code } = error as { message?: string; code?: string };
  console.error(`samtycke: ${message || code || 'it failed'}`);
  if (process.env.SAMTYCKE_DEBUG) console.error(error);
  process.exitCode = 1;
});
