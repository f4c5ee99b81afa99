import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createKey, revokeKey } from '#access';
import { createPool } from '#database';
import { keyEnds } from '../../apps/worker/src/key-ends.js';
import { testApi, type TestApi } from '../setup/api.js';
import { commandLine, type CommandLine } from './command.js';

let api: TestApi;
let cli: CommandLine;
const keys: Record<string, string> = {};
const HOUR_MS = 60 * 60 * 1_000;
const inDays = (days: number): Date => new Date(Date.now() + days * 24 * HOUR_MS + HOUR_MS);

beforeAll(async () => {
  api = await testApi();
  cli = await commandLine(api.fresh);
  const { pool, id } = api.fresh;
  const ends = { ended: -2, gone: -40, today: 0, tomorrow: 1, soon: 12, later: 200, revoked: 12 };
  for (const [owner, days] of Object.entries(ends)) keys[owner] = (await createKey(pool, id, { kind: 'server', owner, scopes: ['consents:read'], expiresAt: inDays(days) })).id;
  await revokeKey(pool, id, keys.revoked ?? '');
}, 60_000);
afterAll(async () => {
  cli.close();
  await api.close();
});

test('the list of keys says which end soon, and which have ended', async () => {
  const { stdout } = await cli.run(['keys', 'list']);
  const states = stdout.split('\n').map((line) => / (\w+) +consents:read +\S+ \S+ +- +(.*?) *$/.exec(line)).filter((found) => found !== null).map(([, owner, state]) => [owner, state]);
  expect(Object.fromEntries(states)).toMatchObject({ ended: 'ended', gone: 'ended', today: 'ends today', tomorrow: 'ends in 1 day', soon: 'ends in 12 days', later: 'alive', revoked: 'revoked' });
});

test('whoever makes a key is told of the scope that no call asks for yet; a key may have it all the same', async () => {
  expect((await cli.run(['keys', 'create', '--help'])).stdout.replace(/\s+/g, ' ')).toContain('no call asks for catalogue:write yet');
  const { code, stdout } = await cli.run(['keys', 'create', '--owner', 'loader', '--scopes', 'catalogue:write,consents:read']);
  expect(code).toBe(0);
  await api.post('/v1/check', { subject: { email: 'x@example.se' }, purpose: 'newsletter' }, stdout.trim()).expect(200);
});

test('/metrics tells when each key ends, for as long as somebody may have to act on it', async () => {
  const { text } = await api.get('/metrics').expect(200);
  const ends = new Map([...text.matchAll(/^samtycke_key_expires_timestamp_seconds\{key="([^"]+)",owner="[^"]+",kind="server"\} (\S+)$/gm)].map(([, key, end]) => [key, Number(end)]));
  for (const [owner, days] of [['ended', -2], ['soon', 12], ['later', 200]] as const) expect(ends.get(keys[owner] ?? '')).toBeCloseTo(inDays(days).getTime() / 1_000, -3);
  for (const owner of ['gone', 'revoked']) expect(ends.has(keys[owner] ?? '')).toBe(false);
});

test('the worker warns once a day of those that end within 30 days, with its own role and without a secret', async () => {
  const lines: string[] = [];
  const pool = createPool({ url: api.fresh.url, name: 'worker', max: 1, settings: { role: 'samtycke_worker' } });
  const round = keyEnds({ pool, ledger: api.fresh.id, log: pino({}, { write: (line: string) => void lines.push(line) }) });
  expect(round.everyMs).toBe(24 * HOUR_MS);
  expect(await round.run({ leads: () => true, signal: new AbortController().signal })).toBe(0);
  await expect(pool.query('SELECT hash FROM api_keys')).rejects.toThrow('permission denied');
  await pool.end();
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ key }) => Object.values(keys).includes(String(key)));
  expect(told.map(({ level, owner, days }) => [level, owner, days])).toEqual([[40, 'ended', -2], [40, 'today', 0], [40, 'tomorrow', 1], [40, 'soon', 12]]);
  expect(told[3]).toMatchObject({ key: keys.soon, endsAt: expect.stringMatching(/^\d{4}-/), msg: expect.stringContaining('samtycke keys create') });
});
