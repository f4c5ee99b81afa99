import { createServer, type AddressInfo, type Socket } from 'node:net';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { freshLedger, type FreshLedger } from '#testing';
import { problemOf } from '../../apps/cli/src/kafka/cluster.js';
import { commandLine, type CommandLine } from './command.js';

let fresh: FreshLedger;
let cli: CommandLine;
beforeAll(async () => {
  fresh = await freshLedger();
  cli = await commandLine(fresh, { KAFKA_BROKERS: '' });
});
afterAll(async () => {
  cli.close();
  await fresh.close();
});
const WHY = ['--reason', 'a test'];
const at = (name: string): string => join(cli.folder, name);

test('what is built can be run by its name, also where npm has linked it before', async () => {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: Record<string, string> };
  expect(Object.values(bin).map((file) => statSync(file).mode & 0o111)).toEqual([0o111]);
});

describe('what went wrong is said so that one can do something about it', () => {
  test('a file in a folder that is not there: which folder, before anything is read or traced', async () => {
    const search = ['search', '--purpose', 'newsletter', '--notice', 'newsletter-signup', '--version', '1.3'];
    for (const command of [['proof', 'x@example.se', ...WHY], ['export', 'events', ...WHY], ['export', 'consents'], [...search, ...WHY]]) {
      expect(await cli.run([...command, '--out', at('nowhere/x')])).toEqual({ code: 2, stdout: '', stderr: `samtycke: there is no folder ${at('nowhere')}: nothing was written\n` });
    }
    expect(await cli.run(['replay', '--no-state-topic', '--lost', at('nowhere/x')])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`there is no folder ${at('nowhere')}`) });
    expect((await fresh.pool.query('SELECT count(*)::int AS n FROM reads')).rows).toEqual([{ n: 0 }]);
  }, 60_000);

  test('what replay lists as lost is a file that is whole and its owner’s, in the place of one that was there', async () => {
    cli.file('lost.ndjson', 'from before');
    expect((await cli.run(['replay', '--no-state-topic', '--lost', at('lost.ndjson')])).code).toBe(0);
    expect(readFileSync(at('lost.ndjson'), 'utf8')).toBe('');
    expect(statSync(at('lost.ndjson')).mode & 0o777).toBe(0o600);
  });

  test('a database that is empty, of another version, or not there: that samtycke migrate makes it', async () => {
    const name = `empty_${process.pid}`;
    await fresh.pool.query(`CREATE DATABASE ${name}`);
    const url = (database: string): string => Object.assign(new URL(fresh.url), { pathname: `/${database}` }).href;
    const empty = await commandLine({ ...fresh, url: url(name) });
    expect(await empty.run(['held', 'list'])).toEqual({ code: 2, stdout: '', stderr: `samtycke: the database ${name} has not the tables of this version of Samtycke (relation "ledgers" does not exist): is DATABASE_URL right? \`samtycke migrate\` makes them, or brings them up to date\n` });
    empty.close();
    const none = await commandLine({ ...fresh, url: url('not_there') });
    expect(await none.run(['held', 'list'])).toEqual({ code: 2, stdout: '', stderr: 'samtycke: there is no database not_there: is DATABASE_URL right? `samtycke migrate` makes it\n' });
    none.close();
    await fresh.pool.query(`DROP DATABASE ${name}`);
  }, 30_000);

  test('a PostgreSQL that cannot be reached: at which address', async () => {
    const away = await commandLine({ ...fresh, url: 'postgres://nobody:none@127.0.0.1:9/samtycke' });
    expect(await away.run(['held', 'list'])).toEqual({ code: 2, stdout: '', stderr: 'samtycke: 127.0.0.1:9 cannot be reached (ECONNREFUSED)\n' });
    away.close();
  });

  test('a Kafka that takes calls and answers none: at which address, and after how long', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const broker = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const admin = new Kafka({ brokers: [broker], requestTimeout: 300, retry: { retries: 1, initialRetryTime: 10 }, logLevel: logLevel.NOTHING }).admin();
    const since = performance.now();
    const error: unknown = await admin.connect().then(() => admin.listTopics()).catch((problem: unknown) => problem);
    await admin.disconnect().catch(() => undefined);
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => silent.close(resolve));
    const said = problemOf(error as Error, broker, since - 61_000)?.message;
    expect(said).toMatch(new RegExp(`^nothing answered from Kafka for 6[1-9] s, at ${broker}: `));
  }, 20_000);

  test('of the times of a search: what is included', async () => {
    const { stdout } = await cli.run(['search', '--help']);
    expect(stdout.replace(/\s+/g, ' ')).toContain('--from <time> given at this time, which is included, or after');
    expect(stdout.replace(/\s+/g, ' ')).toContain('--to <time> given before this time, which is not included: of a day alone, nothing of that day');
  });
});
