import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#servers';
import { freshDatabase, until } from '#testing';
import { CONSUMER_SAMPLE } from '../../apps/api/src/events/consumer-sample.js';
import { createWorld, type World } from './consumer-world.js';

const run = promisify(execFile);
/** As a downstream team's shell: nothing of this test run reaches npm or the program. */
const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' };

let folder: string;
let project: string;
let tarballs: string[];
const install = (...what: string[]) => run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...what], { cwd: project, env });

/** The code in a README's fences of one language, in order. */
async function fences(readme: string, language: string): Promise<string[]> {
  const text = await readFile(readme, 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code ?? '');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-package-'));
  project = join(folder, 'crm');
  const { stdout } = await run(process.execPath, ['scripts/packages.mjs', join(folder, 'packages')]);
  tarballs = stdout.trim().split('\n');
  await run('mkdir', [project]);
  await run('npm', ['init', '-y'], { cwd: project, env });
  await install(tarballs[0] ?? '', 'pg@8.23.1');
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('each npm package is made', () => {
  expect(tarballs.map((path) => path.split('/').at(-1)?.replace(/-\d.*$/, '')).sort()).toEqual(['samtycke-consumer', 'samtycke-consumer-nest', 'samtycke-web']);
});

describe('the package, installed in an empty project', () => {
  let world: World | undefined;
  let program: ChildProcess | undefined;
  afterAll(async () => {
    program?.kill('SIGKILL');
    await world?.close();
  });

  test('brings no framework: no Nest, no TypeORM', async () => {
    const { stdout } = await run('npm', ['ls', '--all', '--parseable'], { cwd: project, env });
    expect(stdout).toContain('kafkajs');
    expect(stdout).not.toMatch(/nestjs|typeorm/);
  });

  test('runs the README’s program, which the page of the events shows, on plain Node: it holds a row for whoever is allowed, by event or learnt, and for nobody who withdrew, is restricted or erased; SIGTERM drains it', async () => {
    const made = (world = await createWorld());
    const [code = ''] = await fences('libs/consumer/README.md', 'js');
    expect(CONSUMER_SAMPLE).toBe(code);
    await writeFile(join(project, 'crm.mjs'), code);
    const learnt = made.writer.grant(randomUUID());
    await made.writer.sendState(learnt);
    const port = await freePort();
    program = spawn(process.execPath, ['crm.mjs'], {
      cwd: project,
      env: { ...env, DATABASE_URL: made.database.url, KAFKA_BROKERS: made.topics.brokers, KAFKA_TOPIC_PREFIX: made.topics.prefix, HEALTH_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [program.stdout, program.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status;
    await until(() => ready().then((status) => status === 200, () => false), { timeoutMs: 30_000, what: 'readiness' }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${said}`);
    });
    const called = async (): Promise<string[]> => (await made.pool.query<{ person: string }>('SELECT person FROM calls')).rows.map(({ person }) => person);
    expect(await called()).toEqual([learnt.person]);
    const [stays, leaves, erased, limited] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const grants = [stays, leaves, erased, limited].map((person) => made.writer.grant(person));
    await made.writer.sendEvents(...grants);
    expect((await made.acknowledged(...grants)).map(({ system, outcome }) => `${system} ${outcome}`)).toEqual(Array.from({ length: 4 }, () => 'crm applied'));
    expect((await called()).sort()).toEqual([learnt.person, stays, leaves, erased, limited].sort());
    const restriction = made.writer.next(limited, { type: 'processing-restricted', purpose: 'newsletter', after: { status: 'restricted', allowed: false } });
    const ends = [made.writer.withdraw(leaves), ...made.writer.erase(erased), restriction];
    await made.writer.sendEvents(...ends);
    await made.acknowledged(...ends);
    expect((await called()).sort()).toEqual([learnt.person, stays].sort());
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('samtycke_consumer_messages_total{system="crm",topic="events",outcome="applied"} 8');
    expect(metrics).toContain('samtycke_consumer_ready{system="crm"} 1');
    const last = made.writer.grant(leaves);
    await made.writer.sendEvents(last);
    await made.acknowledged(last);
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
    const { rows } = await made.pool.query('SELECT sum(next_offset)::int AS read FROM samtycke_consumer.positions');
    expect(rows).toEqual([{ read: 9 }]);
    expect(await ready().catch(() => 'gone')).toBe('gone');
  }, 90_000);
});

describe('the README’s program', () => {
  test('that is ended before Kafka is there ends by itself, and well', async () => {
    const database = await freshDatabase();
    const [code = ''] = await fences('libs/consumer/README.md', 'js');
    await writeFile(join(project, 'early.mjs'), code);
    const port = await freePort();
    const early = spawn(process.execPath, ['early.mjs'], { cwd: project, env: { ...env, DATABASE_URL: database.url, KAFKA_BROKERS: '127.0.0.1:9', HEALTH_PORT: String(port) }, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    early.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const exit = once(early, 'exit');
    await until(() => fetch(`http://127.0.0.1:${port}/health/ready`).then(({ status }) => status === 503, () => false), { timeoutMs: 30_000, what: 'a program that waits for Kafka' });
    early.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(said).not.toContain('top-level await');
    await database.drop();
  }, 60_000);
});

describe('the types of the packages', () => {
  test('fit every example of both READMEs, in a strict project', async () => {
    await install(...tarballs, 'pg@8.23.1', 'typeorm@1.1.1', '@nestjs/common@12.5.1', '@nestjs/core@12.5.1', 'reflect-metadata@0.2.2', 'rxjs@7.8.2');
    const plain = await fences('libs/consumer/README.md', 'js');
    const typed = [...(await fences('libs/consumer/README.md', 'ts')), ...(await fences('libs/consumer-nest/README.md', 'ts'))];
    const examples = [...plain, ...typed];
    expect(examples).toHaveLength(4);
    const files = examples.map((_, at) => `example-${at}.${at < plain.length ? 'mjs' : 'mts'}`);
    await Promise.all(examples.map((code, at) => writeFile(join(project, files[at] ?? ''), code)));
    const wrong = `import { createConsumer, memoryStore } from '@samtycke/consumer';
createConsumer({ system: 'crm', brokers: [], store: memoryStore(), handlers: { onGranted: (event, transaction) => transaction.query('') } });
createConsumer({ system: 'crm', brokers: [], store: memoryStore(), handlers: { onGranted: ({ type }) => { const other: 'consent-withdrawn' = type; void other; } } });
`;
    await writeFile(join(project, 'wrong.mts'), wrong);
    const options = { module: 'nodenext', target: 'es2022', strict: true, allowJs: true, checkJs: true, noEmit: true, skipLibCheck: true, experimentalDecorators: true, emitDecoratorMetadata: true, types: ['node'] };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: [...files, 'wrong.mts'] }));
    const { stdout } = await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { env }).then(
      () => ({ stdout: '' }),
      (error: { stdout: string }) => error,
    );
    const faults = stdout.trim().split('\n').filter((line) => line.includes('error'));
    expect(faults.map((line) => line.replace(/^.*?(\w+\.mts)\((\d+),.*?(TS\d+).*$/, '$1 $2 $3'))).toEqual(['wrong.mts 2 TS18048', 'wrong.mts 3 TS2322']);
  }, 180_000);

  test('belong to code that a plain Node loads', async () => {
    const names = `const all = [await import('@samtycke/consumer'), await import('@samtycke/consumer/pg'), await import('@samtycke/consumer/typeorm'), await import('@samtycke/consumer-nest')];
console.log(JSON.stringify(all.map((one) => Object.keys(one).sort())));`;
    await writeFile(join(project, 'names.mjs'), names);
    const { stdout } = await run(process.execPath, ['names.mjs'], { cwd: project, env });
    expect(JSON.parse(stdout)).toEqual([
      ['NAMED', 'createConsumer', 'kafkaOf', 'memoryStore', 'readReplay', 'serveHealth', 'stopOnSignal'],
      ['migrateConsumer', 'migrateSchema', 'openPool', 'pgStore'],
      ['typeOrmStore'],
      ['Handles', 'LedgerConsumer', 'OnErased', 'OnEvent', 'OnGranted', 'OnWithdrawn', 'SamtyckeModule'],
    ]);
  });
});
