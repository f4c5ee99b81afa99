import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '#servers';
import { readKeyring } from '#vault';
import { type Outcome } from './set-up.js';
import { type Servers } from './start-servers.js';
import { type Settings } from './settings.js';

const fileIn = (dataDir: string): string => join(dataDir, 'run.json');

/** The log's key in use: it may have been changed since the set-up. Where the keyring cannot be read, that of the set-up. */
function logKeyNow({ keyring }: Settings, { logKey }: Outcome): string {
  try {
    return readKeyring(keyring).log.verifier;
  } catch {
    return logKey;
  }
}

/** Writes `run.json` (0600), by which other programs and the command line find the running product; its shape is part of the contract. */
export async function writeRunFile(settings: Settings, servers: Servers, outcome: Outcome, pids: Record<string, number>): Promise<void> {
  await writeJson(fileIn(settings.dataDir), {
    databaseUrl: outcome.ledgerDatabaseUrl,
    kafkaBrokers: servers.kafkaBrokers,
    urls: settings.urls,
    keys: outcome.keys,
    siteKey: outcome.siteKey,
    logKey: logKeyNow(settings, outcome),
    pids,
    topicPrefix: settings.topicPrefix,
    logDir: settings.logDir,
    keyring: settings.keyring,
  });
}

/** It exists only while the product runs. */
export const removeRunFile = (dataDir: string): Promise<void> => unlink(fileIn(dataDir)).catch(() => undefined);
