import type { Command } from 'commander';
import { setUpDatabases } from '#database';
import { databaseUrl, dataDir } from '../connect.js';

export function migrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('make roles and databases, and bring the ledger’s tables up to date (DATABASE_URL: a role that may do that)')
    .action(async () => {
      const { ledgerUrl } = await setUpDatabases({ adminUrl: databaseUrl(), dataDir: dataDir() });
      console.log(`The ledger's tables in ${new URL(ledgerUrl).pathname.slice(1)} are up to date.`);
    });
}
