import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { problem } from './problem.js';

const run = promisify(execFile);

/** The lowest Java that the broker of Apache Kafka 4 runs on. */
export const LOWEST_JAVA = 17;

/**
 * The `java` to use: of JAVA_HOME where that is set, else of the PATH.
 * Problems: `no-java` when there is none, `old-java` when it is older than 17.
 */
export async function findJava(): Promise<string> {
  const home = process.env.JAVA_HOME;
  const command = home && existsSync(join(home, 'bin/java')) ? join(home, 'bin/java') : 'java';
  const output = await run(command, ['-version']).then(({ stdout, stderr }) => stdout + stderr, () => undefined);
  if (output === undefined) {
    throw problem('no-java', `Java is missing: Apache Kafka needs Java ${LOWEST_JAVA} or newer. Install one, or set KAFKA_BROKERS to a Kafka that runs elsewhere.`);
  }
  const version = majorVersion(output);
  if (version === undefined || version < LOWEST_JAVA) {
    throw problem('old-java', `Java is too old (${version ?? 'version unknown'}): Apache Kafka needs Java ${LOWEST_JAVA} or newer. Install one, or set KAFKA_BROKERS to a Kafka that runs elsewhere.`);
  }
  return command;
}

/** 17 from `openjdk version "17.0.15"`, 8 from `java version "1.8.0_412"`. */
function majorVersion(output: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  if (first === undefined) return undefined;
  return first === '1' && second !== undefined ? Number(second) : Number(first);
}
