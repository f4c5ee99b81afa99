import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { accountFor, launchAs, type Account } from './postgres-account.js';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.js';
import { writePrivately } from './memory.js';
import { problem } from './problem.js';

/** A database cluster on disk with all that is needed to run it. */
export interface Cluster {
  folder: string;
  password: string;
  binaries: PostgresBinaries;
  account: Account | undefined;
}

/** PostgreSQL's own environment: nothing of the caller's, so that no PGDATA or locale leaks in. */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' });

/**
 * The cluster in `<dataDir>/cluster`, made on the first start (superuser `postgres`, scram passwords, UTF-8, checksums).
 * It is made beside its place and moved there when whole, so a start that was cut off leaves nothing behind that counts.
 * Problem `broken-data`: the folder holds something that is no cluster, or its password is lost.
 */
export async function openCluster(dataDir: string, signal?: AbortSignal): Promise<Cluster> {
  const folder = join(dataDir, 'cluster');
  const binaries = await findPostgres();
  const account = await accountFor(folder);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (account) await chown(dataDir, account.uid, account.gid);
  if (await exists(folder)) await demandCluster(folder);
  else await makeCluster(dataDir, folder, binaries, account, signal);
  const password = await readFile(join(dataDir, 'password'), 'utf8').catch(() => undefined);
  if (!password) throw problem('broken-data', `The data folder of PostgreSQL in ${dataDir} has lost its file "password": put it back, or move the folder away to begin anew.`);
  return { folder, password: password.trim(), binaries, account };
}

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

async function demandCluster(folder: string): Promise<void> {
  const whole = await Promise.all(['PG_VERSION', 'global', 'base', 'pg_wal'].map((part) => exists(join(folder, part))));
  if (!whole.every(Boolean)) {
    throw problem('broken-data', `The data folder of PostgreSQL, ${folder}, is damaged: parts of it are missing. Put a backup in its place, or move it away to begin anew.`);
  }
}

async function makeCluster(dataDir: string, folder: string, binaries: PostgresBinaries, account: Account | undefined, signal?: AbortSignal): Promise<void> {
  const draft = join(dataDir, 'cluster.new');
  const passwordFile = join(dataDir, 'password');
  await rm(draft, { recursive: true, force: true });
  await writePrivately(passwordFile, `${randomBytes(24).toString('base64url')}\n`);
  await chmod(passwordFile, 0o600);
  if (account) await chown(passwordFile, account.uid, account.gid);
  const args = [
    `--pgdata=${draft}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
  ];
  const launch = await launchAs(account, binaries.initdb, args, [binaries.folder, dataDir]);
  const { code, output } = await runToEnd(launch, signal);
  if (signal?.aborted) throw problem('stopped', 'The start of PostgreSQL was stopped.');
  if (code !== 0) throw problem('broken-data', `PostgreSQL could not make its data folder ${folder}: ${lastLine(output)}`);
  await rename(draft, folder);
}

const lastLine = (output: string): string =>
  output.split('\n').filter((line) => /error|fatal|could not|cannot|denied/i.test(line)).at(-1) ?? output.trim().split('\n').at(-1) ?? '';

async function runToEnd(launch: Awaited<ReturnType<typeof launchAs>>, signal?: AbortSignal): Promise<{ code: number | null; output: string }> {
  const { command, args, uid, gid } = launch;
  const child = spawn(command, args, { uid, gid, cwd: '/', env: postgresEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: -1, output: `could not run ${command}: ${error.message}` }));
    child.once('close', (code) => resolve({ code, output }));
  }).finally(() => signal?.removeEventListener('abort', stop)) as Promise<{ code: number | null; output: string }>;
}
