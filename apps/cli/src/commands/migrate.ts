import { join } from 'node:path';
import type { Command } from 'commander';
import { setUpDatabases } from '#database';
import { databaseUrl, dataDir } from '../installation.js';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('make roles and databases, and bring the ledger’s tables up to date (DATABASE_URL: PostgreSQL 17 or newer, a role that may create roles and databases)')
    .option('--new-passwords', 'give every role another password; programs that run with the old one are locked out until they get it')
    .addHelpText('after', '\nThe roles’ passwords lie in database-roles.json in SAMTYCKE_DATA (.data). A PostgreSQL server holds one installation.')
    .action(async (options: { newPasswords?: boolean }) => {
      const { ledgerUrl } = await setUpDatabases({ adminUrl: databaseUrl(), dataDir: dataDir(), ...options });
      console.log(`The ledger's tables in ${new URL(ledgerUrl).pathname.slice(1)} are up to date.`);
      if (options.newPasswords) console.log(`Every role has a new password, in ${join(dataDir(), 'database-roles.json')}: start the programs again with it.`);
    });
}
