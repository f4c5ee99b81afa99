import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokersHere, databaseUrl, keyringFile, logDir, topicPrefix } from './installation.js';

const NAMES = ['SAMTYCKE_DATA', 'DATABASE_URL', 'DATABASE_PASSWORD_FILE', 'KAFKA_BROKERS', 'KAFKA_TOPIC_PREFIX', 'LOG_DIR', 'SAMTYCKE_KEYRING'];

let folder: string;
let before: NodeJS.ProcessEnv;

beforeEach(() => {
  before = { ...process.env };
  folder = mkdtempSync(join(tmpdir(), 'samtycke-installation-'));
  for (const name of NAMES) delete process.env[name];
  process.env.SAMTYCKE_DATA = folder;
});
afterEach(() => {
  for (const name of NAMES) delete process.env[name];
  Object.assign(process.env, before);
  rmSync(folder, { recursive: true });
});

const found = () => ({ database: databaseUrl(), brokers: brokersHere(), prefix: topicPrefix(), log: logDir(), keyring: keyringFile() });

describe('the installation that the command line works on', () => {
  test('is the one started here, with the folder, prefix and keyring that it was started with', () => {
    writeFileSync(
      join(folder, 'run.json'),
      JSON.stringify({ databaseUrl: 'postgres://p:w@127.0.0.1:5/ledger', kafkaBrokers: '127.0.0.1:9', topicPrefix: 'acme.', logDir: '/log', keyring: '/keys/keyring.json' }),
    );
    expect(found()).toEqual({ database: 'postgres://p:w@127.0.0.1:5/ledger', brokers: '127.0.0.1:9', prefix: 'acme.', log: '/log', keyring: '/keys/keyring.json' });
    Object.assign(process.env, { DATABASE_URL: 'postgres://p:w@db/other', KAFKA_BROKERS: 'k:1', KAFKA_TOPIC_PREFIX: 'x.', LOG_DIR: '/other', SAMTYCKE_KEYRING: '/other.json' });
    expect(found()).toEqual({ database: 'postgres://p:w@db/other', brokers: 'k:1', prefix: 'x.', log: '/other', keyring: '/other.json' });
    expect(logDir('/named')).toBe('/named');
  });

  test('is not mixed with another: prefix, folder and keyring of the one started here do not go with brokers and a database that are named', () => {
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ databaseUrl: 'postgres://p:w@db/ledger', kafkaBrokers: 'k:9', topicPrefix: 'acme.', logDir: '/log', keyring: '/keys/keyring.json' }));
    const [started, otherwise] = [{ database: 'postgres://p:w@db/ledger', log: '/log', keyring: '/keys/keyring.json' }, { log: join(folder, 'transparency-log'), keyring: join(folder, 'keyring.json') }];
    process.env.KAFKA_BROKERS = 'k:1';
    expect(found()).toEqual({ ...started, brokers: 'k:1', prefix: '' });
    process.env.DATABASE_URL = 'postgres://p:w@db/other';
    expect(found()).toEqual({ ...otherwise, database: 'postgres://p:w@db/other', brokers: 'k:1', prefix: '' });
    process.env.KAFKA_BROKERS = '';
    expect(found()).toEqual({ ...otherwise, database: 'postgres://p:w@db/other', brokers: 'k:9', prefix: 'acme.' });
  });

  test('lies in the data folder where nothing else is said, and an empty variable says nothing', () => {
    writeFileSync(join(folder, 'run.json'), JSON.stringify({ databaseUrl: 'postgres://p:w@db/ledger' }));
    Object.assign(process.env, { DATABASE_URL: '', KAFKA_BROKERS: '', KAFKA_TOPIC_PREFIX: '', LOG_DIR: '', SAMTYCKE_KEYRING: '', DATABASE_PASSWORD_FILE: '' });
    expect(found()).toEqual({ database: 'postgres://p:w@db/ledger', brokers: undefined, prefix: '', log: join(folder, 'transparency-log'), keyring: join(folder, 'keyring.json') });
  });

  test.each(['postgres://p:w@db', 'postgres://p:w@db/', 'postgres://p:w@db/postgres'])('has its ledger in the database samtycke where %s names none of its own, as npm start and migrate do', (url) => {
    process.env.DATABASE_URL = url;
    expect(databaseUrl()).toBe('postgres://p:w@db/samtycke');
  });

  test('takes the database’s password from the file that is named for it', () => {
    process.env.DATABASE_URL = 'postgres://postgres@db/postgres';
    process.env.DATABASE_PASSWORD_FILE = join(folder, 'password');
    writeFileSync(join(folder, 'password'), 'a/b@c\n');
    expect(databaseUrl()).toBe('postgres://postgres:a%2Fb%40c@db/samtycke');
  });

  test('is asked for in one sentence where nothing tells it', () => {
    expect(() => databaseUrl()).toThrow(/^set DATABASE_URL, or run this beside a started installation/);
    process.env.DATABASE_URL = 'samtycke';
    expect(() => databaseUrl()).toThrow(/^DATABASE_URL is no PostgreSQL connection URL/);
  });
});
