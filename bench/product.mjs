// The product's programs for a benchmark: real servers, real roles, each program a process of its own.
import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUpDatabases } from '../dist/libs/database/src/index.js';
import { BEHIND, freePort, startKafka, startPostgres, stepBack } from '../dist/libs/servers/src/index.js';
import { setUpLedger } from '../dist/libs/setup/src/index.js';

const root = join(import.meta.dirname, '..');

export async function startProduct() {
  const dataDir = await mkdtemp(join(tmpdir(), 'samtycke-bench-'));
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  const { ledgerUrl, urls } = await setUpDatabases({ adminUrl: postgres.address, dataDir });
  const ledger = await setUpLedger({ dataDir, logDir: join(dataDir, 'transparency-log'), ledgerUrl, origin: 'bench.example/ledger', siteOrigins: ['http://127.0.0.1'] });
  const ports = Object.fromEntries(await Promise.all(['API', 'NEWSLETTER', 'ANALYTICS', 'PORTAL'].map(async (name) => [`${name}_PORT`, String(await freePort())])));
  const children = {};
  let kafka;

  async function start(name, { execArgv = [], processes } = {}) {
    const out = openSync(join(dataDir, `${name}.log`), 'a');
    const apiUrl = `http://127.0.0.1:${ports.API_PORT}`;
    const env = { ...process.env, ...ports, DATABASE_URL: urls[name], SAMTYCKE_DATA: dataDir, KAFKA_BROKERS: kafka?.address ?? '', API_URL: apiUrl, API_KEY: ledger.systemKeys[name] ?? '', WEBSITE_URL: 'http://127.0.0.1', PORTAL_URL: 'http://127.0.0.1', PUBLIC_URL: apiUrl, NODE_ENV: 'production', LOG_LEVEL: 'warn', ...(processes && { API_PROCESSES: String(processes) }) };
    const child = fork(join(root, `dist/apps/${name}/src/main.js`), { env, execArgv, stdio: ['ignore', out, out, 'ipc'] });
    if (BEHIND.has(name)) await stepBack(child.pid);
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code}; see ${dataDir}/${name}.log`)));
    });
    children[name] = child;
  }

  async function end(name) {
    const child = children[name];
    delete children[name];
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exit;
  }

  return {
    dataDir,
    ledgerUrl,
    urls,
    port: Number(ports.API_PORT),
    keys: ledger.keys,
    start,
    end,
    kafka: () => kafka.address,
    async startKafka() {
      kafka = await startKafka({ dataDir: join(dataDir, 'kafka') });
    },
    processes() {
      const own = Object.fromEntries(Object.entries(children).map(([name, child]) => [name, { pid: child.pid, family: true }]));
      return { ...own, PostgreSQL: { pid: postgres.process.pid, family: true }, ...(kafka && { Kafka: { pid: kafka.process.pid } }), 'load generator': { pid: process.pid } };
    },
    async stop() {
      await Promise.all(Object.keys(children).map(end));
      await kafka?.stop();
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
