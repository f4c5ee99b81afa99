import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { askKafka, askPostgres, endProcess, isAlive, markOf, sendSignal, startKafka, startPostgres, type RunningServer } from '#servers';

let folder: string;
const begun: RunningServer[] = [];
const postgres = async (dataDir: string, port?: number): Promise<RunningServer> => {
  const server = await startPostgres({ dataDir: join(folder, dataDir), port });
  begun.push(server);
  return server;
};
const kafka = async (dataDir: string, port?: number): Promise<RunningServer> => {
  const server = await startKafka({ dataDir: join(folder, dataDir), port });
  begun.push(server);
  return server;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samtycke-servers-'));
});
afterAll(async () => {
  await Promise.all(begun.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Someone else's listener on the port (a free one by default). */
async function occupy(port = 0): Promise<{ port: number; free(): Promise<unknown> }> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, free: () => new Promise((resolve) => server.close(resolve)) };
}

describe('PostgreSQL', () => {
  test('keeps what was committed when it is killed, and starts again on the same port', async () => {
    const first = await postgres('killed');
    await query(first.address, 'CREATE TABLE kept AS SELECT 1 AS row');
    await sendSignal(first.process, 'SIGKILL');
    await first.gone();
    const second = await postgres('killed');
    expect(second.address).toBe(first.address);
    expect(await query(second.address, 'SELECT row FROM kept')).toEqual([{ row: 1 }]);
    await second.stop();
  });

  test('is version 18, durable, UTF-8, on the loopback address alone, with checksums', async () => {
    const server = await postgres('settings');
    const rows = await query<{ name: string; setting: string }>(
      server.address,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses',
        'unix_socket_directories', 'data_checksums', 'server_encoding', 'password_encryption') ORDER BY name`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      password_encryption: 'scram-sha-256',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
      unix_socket_directories: '',
    });
    expect(await askPostgres(server.address)).toEqual({ state: 'ready', version: expect.stringMatching(/^18\./) });
  });

  test('has a password that only its owner can read, and refuses any other', async () => {
    const server = await postgres('settings');
    expect((await stat(join(folder, 'settings/password'))).mode & 0o777).toBe(0o600);
    const wrong = new URL(server.address);
    wrong.password = 'guess';
    expect(await askPostgres(wrong.href)).toMatchObject({ state: 'refused', message: expect.stringContaining('password authentication failed') });
  });

  test('that runs already on the folder is taken over, and stopped by whoever took it', async () => {
    const first = await postgres('settings');
    const second = await postgres('settings');
    expect(second).toMatchObject({ takenOver: true, address: first.address, process: { pid: first.process.pid } });
    await second.stop();
    expect(await isAlive(first.process)).toBe(false);
  });

  test('starts although another program was given the pid that its folder remembers, and leaves that program alone', async () => {
    const server = await postgres('settings');
    const pidFile = join(folder, 'settings/cluster/postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await server.stop();
    const other = spawn('tail', ['-f', '/dev/null']);
    await writeFile(pidFile, [other.pid, ...lines.slice(1)].join('\n'));
    const again = await postgres('settings');
    expect(again.takenOver).toBe(false);
    expect(other.exitCode).toBeNull();
    other.kill();
    await again.stop();
  });

  test('says which port is taken when one was asked for, and takes another when it was only remembered', async () => {
    const server = await postgres('settings');
    await server.stop();
    const other = await occupy(server.port);
    await expect(postgres('settings', server.port)).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(`Port ${server.port} `) });
    const elsewhere = await postgres('settings');
    expect(elsewhere.port).not.toBe(server.port);
    await elsewhere.stop();
    await other.free();
  });

  test('says in one sentence that its data folder is damaged, and changes nothing in it', async () => {
    await (await postgres('damaged')).stop();
    await rm(join(folder, 'damaged/cluster/global'), { recursive: true });
    await expect(postgres('damaged')).rejects.toMatchObject({ code: 'broken-data', message: expect.stringMatching(/damaged: parts of it are missing/) });

    await (await postgres('torn')).stop();
    await writeFile(join(folder, 'torn/cluster/global/pg_control'), 'nonsense');
    await expect(postgres('torn')).rejects.toMatchObject({ code: 'broken-data', message: expect.stringContaining('PostgreSQL could not start on') });
    expect(await readFile(join(folder, 'torn/cluster/global/pg_control'), 'utf8')).toBe('nonsense');
  });

  test('begins anew where a first start was cut off while it made its folder', async () => {
    await mkdir(join(folder, 'cut-off/cluster.new/base'), { recursive: true });
    const server = await postgres('cut-off');
    expect((await askPostgres(server.address)).state).toBe('ready');
    await server.stop();
  });

  test('runs below a folder that only its owner may enter', async () => {
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    await chmod(join(folder, 'closed'), 0o700);
    const server = await postgres('closed/inner');
    expect((await askPostgres(server.address)).state).toBe('ready');
    await server.stop();
  });

  test('can be called off while it starts, and leaves no process', async () => {
    const calledOff = AbortSignal.timeout(150);
    const dataDir = join(folder, 'called-off');
    await expect(startPostgres({ dataDir, signal: calledOff })).rejects.toMatchObject({ code: 'stopped' });
    const pid = Number((await readFile(join(dataDir, 'cluster/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]);
    expect(await markOf(pid)).toBeUndefined();
  });
});

describe('Kafka', () => {
  const client = (server: RunningServer) => new Kafka({ brokers: [server.address], logLevel: logLevel.NOTHING });

  async function produce(server: RunningServer, value: string): Promise<void> {
    const producer = client(server).producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value }] });
    await producer.disconnect();
  }

  test('keeps what it acknowledged when it is killed, and serves again on the same port within 20 s', async () => {
    const first = await kafka('kafka');
    const admin = client(first).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1, replicationFactor: 1 }], waitForLeaders: true });
    await produce(first, 'one');
    await admin.disconnect();
    await sendSignal(first.process, 'SIGKILL');
    await first.gone();
    const begin = performance.now();
    const second = await kafka('kafka');
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(second.address).toBe(first.address);
    await produce(second, 'two');
    const again = client(second).admin();
    await again.connect();
    expect(await again.fetchTopicOffsets('kept')).toMatchObject([{ low: '0', high: '2' }]);
    await again.disconnect();
  });

  test('makes no topic that nobody created', async () => {
    const admin = client(await kafka('kafka')).admin();
    await admin.connect();
    await expect(admin.fetchTopicMetadata({ topics: ['unknown'] })).rejects.toThrow('does not host this topic');
    await admin.disconnect();
  });

  test('that runs already on the folder is taken over, and stops cleanly, its log in its folder', async () => {
    const server = await kafka('kafka');
    expect(server.takenOver).toBe(true);
    expect(server.process.command).toContain(join(folder, 'kafka/server.properties'));
    await server.stop();
    expect(await isAlive(server.process)).toBe(false);
    expect(await askKafka(server.address)).toMatchObject({ state: 'silent', message: 'ECONNREFUSED' });
    const log = await readFile(join(folder, 'kafka/log/server.log'), 'utf8');
    expect(log.includes('[BrokerServer id=1] Transition from SHUTTING_DOWN to SHUTDOWN')).toBe(true);
  });

  test('says which port is taken when one was asked for', async () => {
    const other = await occupy();
    await expect(kafka('kafka', other.port)).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(`Port ${other.port} `) });
    await other.free();
  });

  test('says in one sentence that its data folder is damaged', async () => {
    await rm(join(folder, 'kafka/data/meta.properties'));
    await expect(kafka('kafka')).rejects.toMatchObject({ code: 'broken-data', message: expect.stringMatching(/damaged: parts of it are missing/) });
  });

  test('is not confused with something else that listens on its port', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await askKafka(`127.0.0.1:${(server.address() as AddressInfo).port}`, 2_000);
    expect(answer).toEqual({ state: 'silent', message: 'it does not speak as Kafka does' });
    expect(await askKafka('no port')).toMatchObject({ state: 'silent' });
    server.close();
  });
});

describe('processes', () => {
  test('one that ignores a polite signal is ended by force once its time is up', async () => {
    const child = spawn('sh', ['-c', 'trap "" TERM; echo on; while :; do sleep 1; done'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const mark = await markOf(child.pid ?? 0);
    expect(mark && (await endProcess(mark, [['SIGTERM', 200]]))).toBe('SIGKILL');
  });

  test('another life of a pid is never signalled', async () => {
    const child = spawn('tail', ['-f', '/dev/null']);
    const mark = await markOf(child.pid ?? 0);
    expect(mark).toBeDefined();
    if (!mark) return;
    const earlier = { ...mark, started: `${mark.started}0` };
    expect(await isAlive(earlier)).toBe(false);
    expect(await sendSignal(earlier, 'SIGKILL')).toBe(false);
    expect(await isAlive(mark)).toBe(true);
    child.kill();
  });
});
