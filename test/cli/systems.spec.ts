import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newHolderId, uuidv7 } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { commandLine, type CommandLine } from './command.js';

let fresh: FreshLedger;
let line: CommandLine;
beforeAll(async () => {
  fresh = await freshLedger();
  line = await commandLine(fresh);
});
afterAll(async () => {
  line.close();
  await fresh.close();
});

const ADD = ['systems', 'add', 'crm', '--purposes', 'newsletter', '--deadline', '1m', '--webhook', 'https://crm.example.com/hook/token'];
const SECRET = /whsec_[A-Za-z0-9+/]{43}=/;

test('a webhook is added, its secret shown once and rotated, and its host and state listed', async () => {
  const added = await line.run(ADD);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  const secret = SECRET.exec(added.stdout)?.[0];
  expect(secret).toBeDefined();
  expect((await line.run(ADD)).stdout).not.toMatch(SECRET);
  const rotated = SECRET.exec((await line.run([...ADD, '--rotate-secret'])).stdout)?.[0];
  expect(rotated).toBeDefined();
  expect(rotated).not.toBe(secret);
  const listed = await line.run(['systems', 'list']);
  expect(listed.stdout).toMatch(/crm +newsletter +1m .*crm\.example\.com +active +0 +0/);
  expect(listed.stdout).not.toMatch(/whsec|token/);
  const refused = await line.run([...ADD.slice(0, -1), 'http://10.0.0.1/hook']);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/WEBHOOK_ALLOW_HOSTS/);
});

test('a deadline may be thirty days, and no longer', async () => {
  const add = (deadline: string) => line.run(['systems', 'add', 'archive', '--deadline', deadline]);
  expect(await add('30d')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('after 30d is late') });
  expect((await line.run(['systems', 'list'])).stdout).toMatch(/archive +all +30d /);
  expect(await add('31d')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('30 days') });
  expect((await line.run(['systems', 'remove', 'archive'])).code).toBe(0);
});

test('what is named to be tried again and is not parked there is told by name, with exit code 1; what is parked is tried again all the same', async () => {
  await line.run(ADD);
  const [event, mistyped] = [uuidv7(), uuidv7()];
  await fresh.pool.query(
    `INSERT INTO webhook_queue (ledger, system, person, idx, event, purpose, version, erases, state, tries, first_at, due_at, problem, outcome, applied_at)
     VALUES ($1, 'crm', $2, 1, $3, 'newsletter', 1, false, 'parked', 31, now(), now(), '500', 'parked', now())`,
    [fresh.id, newHolderId(), event],
  );
  const { code, stdout, stderr } = await line.run(['systems', 'retry', 'crm', event, mistyped]);
  expect([code, stdout, stderr]).toEqual([2, expect.stringMatching(/^1 will be tried again/), expect.stringContaining(mistyped)]);
  expect(stderr).not.toContain(event);
  for (const args of [['crn', event], ['crn', '--all']]) expect(await line.run(['systems', 'retry', ...args])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no system crn is registered') });
});

test('parked events are listed and let go again; a system without a webhook has none', async () => {
  const event = uuidv7();
  await fresh.pool.query(
    `INSERT INTO webhook_queue (ledger, system, person, idx, event, purpose, version, erases, state, tries, first_at, due_at, problem, outcome, applied_at)
     VALUES ($1, 'crm', $2, 0, $3, 'newsletter', 1, false, 'parked', 31, now(), now(), '500', 'parked', now())`,
    [fresh.id, newHolderId(), event],
  );
  expect((await line.run(['systems', 'parked', 'crm'])).stdout).toMatch(new RegExp(`${event} .* newsletter +1 +31 .* 500`));
  expect((await line.run(['systems', 'retry', 'crm'])).code).not.toBe(0);
  expect((await line.run(['systems', 'retry', 'crm', event])).stdout).toMatch(/^1 will be tried again/);
  expect((await line.run(['systems', 'parked', 'crm', '--json'])).stdout).toBe('');
  expect(await line.run(['systems', 'retry', 'crm', '--all'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^0 will be tried again/) });
  expect((await line.run([...ADD.slice(0, -2), '--no-webhook'])).code).toBe(0);
  expect((await line.run(['systems', 'list'])).stdout).not.toMatch(/crm\.example\.com/);
});
