import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askKafka } from './ask-kafka.js';
import { fetchKafka } from './fetch-kafka.js';
import { findJava } from './find-java.js';
import { formatOnce } from './format-kafka.js';
import { kafkaProperties } from './kafka-settings.js';
import { openLog, type LogFile } from './log-file.js';
import { readJson, writeJson, type ServerMemory } from './memory.js';
import { choosePort } from './ports.js';
import { isServerProblem, problem, type ServerProblem } from './problem.js';
import { endProcess, isAlive, markOf, type ProcessMark } from './processes.js';
import { findRepository } from './repository.js';
import { whenBegun, whenGone, type RunningServer, type ServerOptions } from './server.js';
import { until } from './until.js';

const READY_LIMIT_MS = 90_000;
const ATTEMPTS = 3;

const memoryFile = (dataDir: string): string => join(dataDir, 'server.json');

/** Where the broker of this folder is, or would be once one can be had: `127.0.0.1:port`, chosen once and remembered. */
export async function kafkaAddress(dataDir: string): Promise<string> {
  const memory = (await readJson<ServerMemory>(memoryFile(dataDir))) ?? {};
  const port = await choosePort('Kafka', undefined, memory.port);
  await writeJson(memoryFile(dataDir), { ...memory, port } satisfies ServerMemory);
  return `127.0.0.1:${port}`;
}

/**
 * Starts one Apache Kafka (KRaft, broker and controller in one; of a cluster where one is named) on its data folder, or takes over the one that runs
 * there already. Ready means that it answered a metadata request. The first start fetches the jars (network, Maven).
 * Throws a `ServerProblem`: no-java, old-java, no-maven, no-network, fetch-failed, broken-data, port-taken, not-ready, stopped.
 */
export async function startKafka(options: ServerOptions): Promise<RunningServer> {
  const { dataDir } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const running = await takeOver(options);
  if (running) return running;
  const java = await findJava();
  const jars = await fetchKafka(options);
  for (let attempt = 1; ; attempt += 1) {
    const remembered = await prepare(java, jars, options);
    const outcome = await launch(java, jars, options, remembered);
    if (!isServerProblem(outcome)) return outcome;
    // A port that somebody took in between is worth another try with other ports; an asked one is not.
    const again = outcome.code === 'port-taken' && options.port === undefined && attempt < ATTEMPTS;
    if (!again) throw outcome;
    await writeJson(memoryFile(dataDir), { clusterId: remembered.clusterId } satisfies ServerMemory);
  }
}

/** Settings and data folder of the broker, and its ports. */
async function prepare(java: string, jars: string, { dataDir, port: asked, advertisedPort, cluster, settings, users, signal }: ServerOptions): Promise<ServerMemory> {
  const memory = (await readJson<ServerMemory>(memoryFile(dataDir))) ?? {};
  const port = await choosePort('Kafka', asked, memory.port);
  const controllerPort = await choosePort("Kafka's controller", cluster?.controllers[cluster.node - 1], memory.controllerPort);
  const properties = join(dataDir, 'server.properties');
  await writeFile(properties, kafkaProperties({ dataDir, port, controllerPort, advertisedPort, cluster }, settings?.({ port, controllerPort })), { mode: 0o600 });
  const clusterId = await formatOnce({ java, jars, dataDir, properties, clusterId: memory.clusterId, joins: cluster?.id, users, signal });
  const remembered: ServerMemory = { port, controllerPort, clusterId };
  await writeJson(memoryFile(dataDir), remembered);
  return remembered;
}

/** The broker that was started last on this folder, if it lives; one that does not answer is ended. */
async function takeOver(options: ServerOptions): Promise<RunningServer | undefined> {
  const { process: mark, port } = (await readJson<ServerMemory>(memoryFile(options.dataDir))) ?? {};
  if (!mark || port === undefined || !(await isAlive(mark))) return undefined;
  const wanted = options.port === undefined || options.port === port;
  if (wanted && (await becomesReady(port, mark, 15_000, options.signal))) return runningServer(mark, port, true);
  await endKafka(mark, 5_000);
  return undefined;
}

async function becomesReady(port: number, mark: ProcessMark, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  let ready = false;
  await until(
    async () => {
      ready = (await askKafka(`127.0.0.1:${port}`, 2_000)).state === 'ready';
      return ready || !(await isAlive(mark));
    },
    { timeoutMs, everyMs: 50, signal },
  );
  return ready;
}

async function launch(java: string, jars: string, options: ServerOptions, memory: ServerMemory): Promise<RunningServer | ServerProblem> {
  const { dataDir, signal } = options;
  const port = memory.port ?? 0;
  const serverLog = await openLog(join(dataDir, 'log', 'server.log'), Infinity);
  await serverLog.handle.close();
  const console = await openLog(join(dataDir, 'log', 'console.log'));
  const child = spawn(java, javaArguments(jars, dataDir), {
    cwd: dataDir,
    // A group of its own: Ctrl-C in the terminal must not reach it before the programs that use it have ended.
    detached: true,
    stdio: ['ignore', console.handle.fd, console.handle.fd],
  });
  const failure = await whenBegun(child);
  await console.handle.close();
  const mark = child.pid === undefined ? undefined : await markOf(child.pid);
  if (!mark) return problem('not-ready', `Kafka could not be run: ${failure?.message ?? 'it ended at once'}. See ${console.path}.`);
  await writeJson(memoryFile(dataDir), { ...memory, process: mark } satisfies ServerMemory);
  if (await becomesReady(port, mark, READY_LIMIT_MS, signal)) return runningServer(mark, port, false, child);
  await endKafka(mark, 3_000);
  if (signal?.aborted) return problem('stopped', 'The start of Kafka was stopped.');
  return explain(dataDir, serverLog, console, options.port);
}

function javaArguments(jars: string, dataDir: string): string[] {
  return [
    '-Xmx512m',
    // One broker beside everything else on one machine: on two cores the JVM's second compiler took a fourth of a core for minutes.
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Dkafka.logs.dir=${join(dataDir, 'log')}`,
    `-Dlog4j2.configurationFile=${join(findRepository(), 'deploy/kafka/log4j2.properties')}`,
    '-cp',
    join(jars, '*'),
    'kafka.Kafka',
    join(dataDir, 'server.properties'),
  ];
}

async function explain(dataDir: string, serverLog: LogFile, console: LogFile, asked: number | undefined): Promise<ServerProblem> {
  const log = `${await serverLog.since().catch(() => '')}\n${await console.since()}`;
  if (/Address already in use/.test(log)) {
    return problem('port-taken', asked === undefined ? 'A port that was free a moment ago was taken by another program while Kafka started.' : `Port ${asked} on 127.0.0.1, which was asked for Kafka, is taken by another program.`);
  }
  const reason = /(?: ERROR | FATAL |^Error: |Exception: |^Exception in thread )(.*)/m.exec(log)?.[1];
  if (reason) return problem('broken-data', `Kafka could not start on ${dataDir}: ${reason.slice(0, 300)} See ${serverLog.path}.`);
  return problem('not-ready', `Kafka did not answer within ${READY_LIMIT_MS / 1_000} s. See ${serverLog.path}.`);
}

function runningServer(mark: ProcessMark, port: number, takenOver: boolean, child?: ChildProcess): RunningServer {
  return {
    address: `127.0.0.1:${port}`,
    port,
    process: mark,
    takenOver,
    gone: () => whenGone(mark, child),
    stop: async (limitMs = 8_000) => endKafka(mark, limitMs),
  };
}

async function endKafka(mark: ProcessMark, limitMs: number): Promise<void> {
  await endProcess(mark, [['SIGTERM', limitMs]]);
}
