import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { type Browser } from 'playwright-core';
import { freshDatabase, freshTopics, launchBrowser, until } from './index.js';

describe('waiting for a condition', () => {
  test('gives the first truthy answer', async () => {
    let asked = 0;
    await expect(until(() => (asked += 1) > 2 && `asked ${asked} times`)).resolves.toBe('asked 3 times');
  });

  test('says in its error what was waited for, how long, and the last answer', async () => {
    const waiting = until(async () => 0, { timeoutMs: 60, what: 'the row' });
    await expect(waiting).rejects.toThrow('Waited 60 ms in vain for the row; the last answer was 0.');
  });

  test('takes an error for "not yet", and names the last one', async () => {
    const waiting = until(() => Promise.reject(new Error('connection refused')), { timeoutMs: 60, what: 'the port' });
    await expect(waiting).rejects.toThrow('the last error was connection refused');
  });
});

describe('a fresh database', () => {
  test('is empty, takes UTF-8, and is gone after drop, open connections or not', async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query("SELECT count(*)::int AS tables, 'å' AS letter FROM pg_tables WHERE schemaname = 'public'");
    expect(rows).toEqual([{ tables: 0, letter: 'å' }]);
    await database.drop();
    await database.drop();
    const again = new pg.Client({ connectionString: database.url });
    await expect(again.connect()).rejects.toThrow('does not exist');
    await client.end().catch(() => undefined);
  });
});

describe('fresh topics', () => {
  test('bear a prefix of their own, are made as the contract says, and are gone after drop', async () => {
    const topics = freshTopics();
    expect(topics.prefix).not.toBe(freshTopics().prefix);
    const admin = new Kafka({ brokers: topics.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const own = async () => (await admin.listTopics()).filter((name) => name.startsWith(topics.prefix));
    await topics.create();
    expect(await own()).toHaveLength(5);
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topics.names.events] });
    expect(found[0]?.partitions).toHaveLength(32);
    await topics.drop();
    await until(async () => (await own()).length === 0, { what: 'the topics to be gone' });
    await admin.disconnect();
  });
});

describe('the browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('is a real one: it lays out text with Nordic letters and runs scripts', async () => {
    const page = await browser.newPage();
    await page.setContent('<p style="display:inline-block">åäö æø</p><script>document.title = String(1 + 1)</script>');
    const box = await page.locator('p').boundingBox();
    expect(await page.title()).toBe('2');
    expect(box?.width).toBeGreaterThan(20);
  });

  test('keeps the rules of the web: a page of one origin cannot read another', async () => {
    const servers = ['one', 'two'].map((body) => createServer((_, response) => response.end(body)).listen(0, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const [one = '', two = ''] = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const page = await browser.newPage();
    await page.goto(one);
    const outcome = await page.evaluate((other) => fetch(other).then(() => 'read', () => 'refused'), two);
    for (const server of servers) server.close();
    expect(outcome).toBe('refused');
  });
});
