import { spawn } from 'node:child_process';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { problem, type ServerProblem } from './problem.js';
import { findRepository } from './repository.js';
import { type ServerOptions } from './server.js';

const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/** The version of Apache Kafka that deploy/kafka/pom.xml names. */
async function kafkaVersion(pom: string): Promise<string> {
  const version = /<kafka\.version>([\w.-]+)<\/kafka\.version>/.exec(await readFile(pom, 'utf8'))?.[1];
  if (!version) throw new Error(`${pom} names no kafka.version.`);
  return version;
}

/**
 * The folder with the jars of Apache Kafka: `${XDG_CACHE_HOME:-~/.cache}/samtycke/kafka-<version>`, filled once by Maven
 * from Maven Central (about 43 MB, checksums checked). Several programs may ask at once.
 * Problems: `no-maven`, `no-network`, `fetch-failed`, `stopped`.
 */
export async function fetchKafka({ signal, onFetch }: Pick<ServerOptions, 'signal' | 'onFetch'>): Promise<string> {
  const pom = join(findRepository(), 'deploy/kafka/pom.xml');
  const version = await kafkaVersion(pom);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'samtycke');
  const folder = join(cache, `kafka-${version}`);
  const mainJar = `kafka_2.13-${version}.jar`;
  if (await exists(join(folder, mainJar))) return folder;
  onFetch?.(version);
  const draft = `${folder}.${process.pid}.new`;
  await mkdir(cache, { recursive: true });
  try {
    const { code, output } = await runMaven(['-f', pom, 'org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`], signal);
    if (signal?.aborted) throw problem('stopped', 'Fetching Apache Kafka was stopped.');
    if (code !== 0 || !(await exists(join(draft, mainJar)))) throw explain(code, output, version);
    await rename(draft, folder).catch(async () => {
      // Another program was faster, and reads its jars by now: they are as good.
      if (await exists(join(folder, mainJar))) return;
      await rm(folder, { recursive: true, force: true });
      await rename(draft, folder);
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}

const NO_MAVEN = 'ENOENT';
const CONNECT_LIMITS = ['-Daether.connector.connectTimeout=10000', '-Dmaven.wagon.http.retryHandler.count=2', '-Daether.connector.http.retryHandler.count=1'];

/** Runs Maven quietly to its end; code ENOENT when there is no Maven. Aborting ends it. */
async function runMaven(args: string[], signal?: AbortSignal): Promise<{ code: number | string | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('mvn', ['-B', '-q', '-C', ...CONNECT_LIMITS, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    const stop = () => child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    const end = (code: number | string | null) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code, output });
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? -1));
    child.once('close', end);
  });
}

const UNREACHABLE = /Unknown host|UnknownHost|Connection refused|Connect(ion)? (to .* )?(timed out|reset)|connect timed out|Network is unreachable|No route to host|Temporary failure in name resolution|offline mode|Connection timed out/i;

function explain(code: number | string | null, output: string, version: string): ServerProblem {
  const instead = 'or set KAFKA_BROKERS to a Kafka that runs elsewhere';
  if (code === NO_MAVEN) return problem('no-maven', `Maven is missing: the first start fetches Apache Kafka ${version} with the command mvn. Install it, ${instead}.`);
  if (UNREACHABLE.test(output)) return problem('no-network', `Apache Kafka ${version} could not be fetched: Maven Central cannot be reached. Start again with a network, ${instead}.`);
  const reason = output.split('\n').find((line) => line.includes('[ERROR]'))?.replace(/^.*\[ERROR\]\s*/, '').slice(0, 300) ?? `mvn ended with ${code}`;
  return problem('fetch-failed', `Apache Kafka ${version} could not be fetched by Maven: ${reason} Set it right, ${instead}.`);
}
