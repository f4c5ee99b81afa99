import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freshPlace, launch, readRunFile, run } from './fixtures/launcher.js';

/** A machine without something is a PATH without it, and a home without what was fetched before. */
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'samtycke-home-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const BASICS = ['sh', 'bash', 'dirname', 'basename', 'ls', 'expr', 'uname', 'readlink', 'cat', 'sed', 'grep', 'id', 'setpriv', 'ps', 'env', 'which', 'tr'];

/** A folder of programs: the basics, and those of the machine that are named. */
async function machineWith(name: string, programs: string[]): Promise<string> {
  const folder = join(home, name);
  await mkdir(folder, { recursive: true });
  for (const program of [...BASICS, ...programs]) {
    const { stdout } = await promisify(execFile)('which', [program]).catch(() => ({ stdout: '' }));
    if (stdout.trim()) await symlink(await realpath(stdout.trim()), join(folder, program)).catch(() => undefined);
  }
  return folder;
}

async function tryKafka(env: Record<string, string>): Promise<{ code?: string; message?: string; address?: string }> {
  const { dataDir, remove } = await freshPlace();
  const { exit, output } = run([join(process.cwd(), 'test/start/fixtures/try-kafka.mjs'), dataDir], { JAVA_HOME: '', XDG_CACHE_HOME: join(home, 'cache'), ...env });
  await exit;
  await remove();
  return JSON.parse(output()) as { code?: string; message?: string; address?: string };
}

test('without Java: says so, and what to do', async () => {
  const answer = await tryKafka({ PATH: await machineWith('no-java', []) });
  expect(answer.code).toBe('no-java');
  expect(answer.message).toMatch(/^Java is missing: .* needs Java 17 or newer\..*KAFKA_BROKERS/);
});

test('with a Java older than 17: says its version', async () => {
  const folder = await machineWith('old-java', []);
  await writeFile(join(folder, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.22" 2024-01-16\' >&2\n');
  await chmod(join(folder, 'java'), 0o755);
  const answer = await tryKafka({ PATH: folder });
  expect(answer.code).toBe('old-java');
  expect(answer.message).toMatch(/^Java is too old \(11\)/);
});

test('without Maven, while Kafka was never fetched: says so', async () => {
  const answer = await tryKafka({ PATH: await machineWith('no-maven', ['java']) });
  expect(answer.code).toBe('no-maven');
  expect(answer.message).toMatch(/^Maven is missing/);
});

test('without a network, while Kafka was never fetched: says so, and leaves nothing half-fetched', async () => {
  await mkdir(join(home, '.m2'), { recursive: true });
  // A mirror on a port where nobody listens: the same to Maven as a network that is down.
  const mirror = '<mirror><id>none</id><mirrorOf>*</mirrorOf><url>https://127.0.0.1:9/</url></mirror>';
  await writeFile(join(home, '.m2/settings.xml'), `<settings><mirrors>${mirror}</mirrors></settings>`);
  const answer = await tryKafka({ MAVEN_OPTS: `-Duser.home=${home}` });
  expect(answer).toMatchObject({ code: 'no-network', message: expect.stringContaining('Maven Central cannot be reached') });
  expect(await readdir(join(home, 'cache/samtycke'))).toEqual([]);
});

test('jars that another program has fetched meanwhile, and reads by now, are left where they are', async () => {
  const folder = await machineWith('two-at-once', ['mkdir', 'touch', 'env', 'node']);
  const mvn = `#!/bin/sh
for arg; do case $arg in -DoutputDirectory=*) draft=\${arg#*=};; esac; done
folder=\${draft%.*.new}
mkdir -p "$draft" "$folder"
touch "$draft/kafka_2.13-\${folder##*kafka-}.jar" "$folder/kafka_2.13-\${folder##*kafka-}.jar" "$folder/in-use.jar"
`;
  await writeFile(join(folder, 'mvn'), mvn);
  await chmod(join(folder, 'mvn'), 0o755);
  const cache = join(home, 'shared-cache');
  const script = `import('${join(process.cwd(), 'dist/libs/servers/src/fetch-kafka.js')}').then(({ fetchKafka }) => fetchKafka({})).then(console.log)`;
  const { exit, output } = run(['-e', script], { PATH: folder, XDG_CACHE_HOME: cache });
  expect([await exit, output()]).toEqual([0, expect.stringContaining(`${cache}/samtycke/kafka-`)]);
  const [own = '', ...others] = await readdir(join(cache, 'samtycke'));
  expect(others).toEqual([]);
  expect(await readdir(join(cache, 'samtycke', own))).toEqual(['in-use.jar', expect.stringMatching(/^kafka_2\.13-.*\.jar$/)]);
});

test('a start without Kafka says what is missing and runs on: every program, the relay too, gets the address where Kafka would be', async () => {
  const { dataDir, env, remove } = await freshPlace();
  const running = launch({ ...env, JAVA_HOME: '', PATH: await machineWith('no-java', []) });
  await running.says(/Ctrl-C stops all/);
  expect(running.output()).toMatch(/Kafka\s+runs not: Java is missing/);
  expect(running.output()).toMatch(/Kafka\s+none\s+changes wait in the outbox/);
  const { kafkaBrokers, pids } = await readRunFile(dataDir);
  expect(kafkaBrokers).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(pids).toHaveProperty('relay');
  running.child.kill('SIGINT');
  expect(await running.exit).toBe(0);
  await remove();
});
