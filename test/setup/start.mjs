// Before all tests: one PostgreSQL and one Kafka for the whole run, in a temporary folder, their addresses in
// TEST_DATABASE_URL and TEST_KAFKA_BROKERS. SAMTYCKE_TEST_SERVERS=none starts neither (pure tests), =postgres only that.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { isWanted, startProduct } from './product.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

async function loadServers() {
  const built = join(root, 'dist/libs/servers/src/index.js');
  if (!existsSync(built)) await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--quiet'], { cwd: root });
  return import(pathToFileURL(built).href);
}

/** A run that is cut off by Ctrl-C has no teardown: its servers are told to end as this process does. */
function endWithThisProcess(servers) {
  process.on('exit', () => {
    for (const { pid, signal, alive } of servers.values()) {
      if (alive()) process.kill(pid, signal);
    }
  });
  for (const [name, code] of [['SIGINT', 130], ['SIGTERM', 143]]) process.once(name, () => process.exit(code));
}

/** The whole product, where browser tests are among those that run and no other one is named. */
async function beginProduct(patterns, folder, state) {
  if (process.env.TEST_STACK_RUN_JSON || !isWanted(patterns)) return;
  const product = await startProduct(root, folder);
  state.product = product;
  state.ending.set('product', { pid: product.pid, signal: 'SIGINT', alive: () => state.ending.has('product') && isThere(product.pid) });
  process.env.TEST_STACK_RUN_JSON = product.runFile;
}

export default async function start(config) {
  const wanted = process.env.SAMTYCKE_TEST_SERVERS ?? 'all';
  if (wanted === 'none') return;
  const { startPostgres, startKafka } = await loadServers();
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-test-'));
  const ending = new Map();
  const begun = [];
  const state = { folder, begun, ending };
  globalThis.samtyckeTestServers = state;
  endWithThisProcess(ending);
  const begin = async (name, signal, starting) => {
    const server = await starting;
    begun.push(server);
    ending.set(name, { pid: server.process.pid, signal, alive: () => ending.has(name) && isThere(server.process.pid) });
    return server.address;
  };
  const [database, brokers] = await Promise.all([
    begin('postgres', 'SIGINT', startPostgres({ dataDir: join(folder, 'postgres') })),
    wanted === 'postgres' ? undefined : begin('kafka', 'SIGTERM', startKafka({ dataDir: join(folder, 'kafka') })),
  ]);
  process.env.TEST_DATABASE_URL = database;
  if (brokers) process.env.TEST_KAFKA_BROKERS = brokers;
  if (brokers) await beginProduct(config.testPathPatterns?.patterns ?? [], folder, state);
}

function isThere(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
