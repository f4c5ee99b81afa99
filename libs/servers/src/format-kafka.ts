import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { problem } from './problem.js';

const run = promisify(execFile);

export interface Formatting {
  java: string;
  jars: string;
  dataDir: string;
  /** server.properties, already written. */
  properties: string;
  /** The id remembered from the formatting; none when the folder never was formatted to the end. */
  clusterId: string | undefined;
  /** The id of the cluster that it joins; without one it is a cluster of its own. */
  joins?: string;
  users?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * Makes the broker's data folder on the first start and gives the id of its cluster. A formatting that was cut off is
 * begun anew. Problem `broken-data`: a formatted folder has lost its meta.properties, or formatting failed.
 */
export async function formatOnce({ java, jars, dataDir, properties, clusterId, joins, users = {}, signal }: Formatting): Promise<string> {
  const data = join(dataDir, 'data');
  if (clusterId) {
    if (await exists(join(data, 'meta.properties'))) return clusterId;
    throw problem('broken-data', `The data folder of Kafka, ${data}, is damaged: parts of it are missing. Move ${dataDir} away to begin anew: the ledger's relay fills its topics again.`);
  }
  await rm(data, { recursive: true, force: true });
  const id = joins ?? randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties, ...Object.entries(users).flatMap(([name, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`])];
  await run(java, args, { cwd: dataDir, signal }).catch((error: Error & { stderr?: string }) => {
    if (signal?.aborted) throw problem('stopped', 'The start of Kafka was stopped.');
    throw problem('broken-data', `Kafka could not make its data folder ${data}: ${lastLine(error.stderr ?? '') || error.message}`);
  });
  return id;
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
const lastLine = (text: string): string => text.split('\n').filter((line) => line.trim() && !line.startsWith('\tat ')).at(-1) ?? '';
