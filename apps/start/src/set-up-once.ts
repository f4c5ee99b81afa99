import { readFile } from 'node:fs/promises';
import { askPostgres, findRepository, until, type PostgresAnswer } from '#servers';
import { moveKept } from './move-kept.js';
import { writeProgramEnvironments } from './program-env.js';
import { inOneSentence, refuse, sentence } from './refuse.js';
import { readSettings } from './settings.js';
import { firstRecover, setUpAll } from './set-up.js';

const DATABASE_LIMIT_MS = 60_000;

/**
 * Where `npm start` does not run, such as in containers: sets up databases, ledger and keys in the database of DATABASE_URL (its password, where a file holds
 * it, in DATABASE_PASSWORD_FILE), with keys for the systems alone, writes each program's own settings below SETTINGS_DIR, and
 * ends. Runs again harmlessly; says which programs have other settings than before.
 */
async function main(): Promise<number> {
  const { SETTINGS_DIR: folder, DATABASE_PASSWORD_FILE: passwordFile } = process.env;
  const settings = readSettings(process.env, findRepository());
  if (!settings.databaseUrl || !URL.canParse(settings.databaseUrl)) throw refuse('DATABASE_URL is missing or no URL: it names the PostgreSQL to set up.');
  if (!folder) throw refuse('SETTINGS_DIR is missing: the folder that each program’s own settings are written to.');
  const url = new URL(settings.databaseUrl);
  if (passwordFile) url.password = encodeURIComponent((await readFile(passwordFile, 'utf8')).trim());
  await demandDatabase(url);
  await moveKept(settings);
  const outcome = await setUpAll(settings, url.href, { systemsOnly: true });
  const changed = await writeProgramEnvironments(folder, outcome);
  console.log(`Databases, ledger and keys are set up. The log's public key: ${outcome.logKey}`);
  if (outcome.behind !== undefined) console.log(firstRecover(outcome.behind));
  if (changed.length > 0) console.log(`New settings for ${changed.join(', ')}: those that run still have the old ones until they are started anew (in containers: \`docker compose up --force-recreate\`).`);
  return 0;
}

/** Waits for a database that is still starting; one that refuses is told at once. */
async function demandDatabase(url: URL): Promise<void> {
  let answer: PostgresAnswer = await askPostgres(url.href);
  const settled = async () => {
    if (answer.state !== 'ready' && answer.state !== 'refused') answer = await askPostgres(url.href);
    return answer.state === 'ready' || answer.state === 'refused';
  };
  await until(settled, { timeoutMs: DATABASE_LIMIT_MS, everyMs: 500 });
  if (answer.state !== 'ready') throw refuse(sentence(`The PostgreSQL at ${url.host} cannot be used: ${answer.message}`));
}

process.exit(
  await main().catch((error: unknown) => {
    console.error(sentence(inOneSentence(error)));
    return 1;
  }),
);
