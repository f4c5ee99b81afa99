import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Unavailable } from '#ledger';
import { prepareLookup, RotationRefused, rotateLookup, standingOf } from '#rotation';
import { until } from '#testing';
import { createKeyring, lookupChainOf, lookupOf, readKeyring } from '#vault';
import { email, Killed, killAfterOnePage, rotationWorld, type Process, type World } from './world.js';

let world: World;
let early: Process;
const people = new Map<string, string>();

beforeAll(async () => {
  world = await rotationWorld();
  early = world.start();
  await Promise.all(
    Array.from({ length: 90 }, async (_, at) => {
      const address = `person.${at}@example.se`;
      people.set(address, (await early.grant(address)).person);
    }),
  );
});
afterAll(async () => {
  await world.close();
});

async function generations(): Promise<Record<string, number>> {
  const { rows } = await world.fresh.pool.query<{ generation: number; n: string }>('SELECT generation, count(*) AS n FROM identifiers GROUP BY 1 ORDER BY 1');
  return Object.fromEntries(rows.map(({ generation, n }) => [generation, Number(n)]));
}

/** Nobody is found wrongly, nobody twice, everybody by everyone. */
async function everybodyIsFoundBy(...processes: Process[]): Promise<void> {
  for (const process of processes) {
    const found = await Promise.all([...people.keys()].map(async (address) => [address, await process.find(address)]));
    expect(found).toEqual([...people].map(([address, person]) => [address, [person]]));
    expect(await process.find('nobody@example.se')).toEqual([]);
  }
}

test('a prepared key is in the keyring and not in use: nothing is found differently', async () => {
  const before = readFileSync(world.keyring, 'utf8');
  const fingerprint = await prepareLookup(world.options(), 'lookup');
  expect(readKeyring(world.keyring).lookup).toHaveLength(2);
  expect(await prepareLookup(world.options(), 'lookup')).toBe(fingerprint);
  expect(readKeyring(world.keyring).lookup).toHaveLength(2);
  expect(readKeyring(world.keyring).lookup[0]).toBe((JSON.parse(before) as { lookup: string[] }).lookup[0]);
  expect(statSync(world.keyring).mode & 0o777).toBe(0o600);
  await everybodyIsFoundBy(early, world.start());
  expect(await generations()).toEqual({ 1: 90 });
});

test('a rotation that is killed leaves two generations, in which everybody is found, and nobody is claimed again', async () => {
  const elsewhere = world.start({ reads: false });
  await elsewhere.find('person.1@example.se');
  await expect(rotateLookup(world.options({ onProgress: killAfterOnePage }), 'lookup')).rejects.toBeInstanceOf(Killed);
  expect(await generations()).toEqual({ 1: 70, 2: 20 });
  await everybodyIsFoundBy(early, world.start(), elsewhere);
  for (const [address, person] of [...people].slice(0, 30)) expect((await early.grant(address)).person).toBe(person);
  const born = await Promise.all([early, world.start()].map((process) => process.grant('born.meanwhile@example.se')));
  expect(new Set(born.map(({ person }) => person)).size).toBe(1);
  people.set('born.meanwhile@example.se', born[0]?.person ?? '');
  expect(await generations()).toEqual({ 1: 70, 2: 21 });
});

test('run again it goes on where it was: only what is left is wrapped, and progress counts exactly that', async () => {
  const told: number[][] = [];
  const { rows } = await rotateLookup(world.options({ onProgress: ({ done, total }) => told.push([done, total]) }), 'lookup');
  expect(rows).toBe(70);
  expect(told).toEqual([[20, 70], [40, 70], [60, 70], [70, 70]]);
  expect(await generations()).toEqual({ 2: 91 });
  expect(readKeyring(world.keyring).lookup).toHaveLength(2);
  await everybodyIsFoundBy(early, world.start());
});

test('stored look-ups are the chain of keyed hashes: HMAC(k2, HMAC(k1, kind ‖ 0x00 ‖ value))', async () => {
  const keys = lookupChainOf(readKeyring(world.keyring));
  const { rows } = await world.fresh.pool.query('SELECT person FROM identifiers WHERE lookup = $1', [lookupOf(keys, email('person.7@example.se'))]);
  expect(rows).toEqual([{ person: people.get('person.7@example.se') }]);
});

test('a process whose keyring lacks the new key refuses to answer and to write, rather than to know nobody', async () => {
  const before = readFileSync(world.keyring, 'utf8');
  const behind = world.start({ reads: false });
  await behind.find('person.1@example.se');
  await rotateLookup(world.options(), 'lookup');
  await expect(behind.find('person.1@example.se')).rejects.toBeInstanceOf(Unavailable);
  await expect(behind.grant('person.1@example.se')).rejects.toBeInstanceOf(Unavailable);
  await expect(behind.grant('quite.new@example.se')).rejects.toBeInstanceOf(Unavailable);
  await everybodyIsFoundBy(early, world.start());
  expect(JSON.parse(before)).not.toEqual(JSON.parse(readFileSync(world.keyring, 'utf8')));
});

describe('first claims of one address by several processes while rotations run', () => {
  test('end with one person each, found by all, whatever generation a process knew', async () => {
    const old = [world.start(), world.start(), world.start()];
    for (const process of old) await process.find('person.1@example.se');
    let rotating = true;
    const rotations = (async () => {
      for (let round = 0; round < 3; round += 1) await rotateLookup(world.options({ pageSize: 5 }), 'lookup');
    })().finally(() => (rotating = false));
    let wave = 0;
    const answers = new Map<string, string[]>();
    while (rotating) {
      wave += 1;
      const addresses = Array.from({ length: 5 }, (_, at) => `race.${wave}.${at}@example.se`);
      const processes = [...old, world.start()];
      const claims = addresses.flatMap((address) => processes.map(async (process) => ({ address, person: (await process.grant(address)).person })));
      for (const { address, person } of await Promise.all(claims)) answers.set(address, [...(answers.get(address) ?? []), person]);
    }
    await rotations;
    expect(wave).toBeGreaterThan(3);
    for (const [address, persons] of answers) {
      expect([address, new Set(persons).size]).toEqual([address, 1]);
      people.set(address, persons[0] ?? '');
    }
    const { rows } = await world.fresh.pool.query<{ rows: string; persons: string }>('SELECT count(*) AS rows, count(DISTINCT person) AS persons FROM identifiers');
    expect(rows[0]).toEqual({ rows: String(people.size), persons: String(people.size) });
    await everybodyIsFoundBy(...old, world.start());
  });

  test.each([
    ['begins', killAfterOnePage],
    ['begins and ends', () => undefined],
  ])('a claim made for the former keys, when a rotation %s before it is written, is made anew and finds who came first', async (when, onProgress) => {
    const address = `late.${when.replaceAll(" ", ".")}@example.se`;
    const rival = world.start();
    const before = world.start();
    let first = '';
    let tries = 0;
    const late = await before.grant(address, async () => {
      tries += 1;
      if (tries > 1) return;
      await rotateLookup(world.options({ onProgress }), 'lookup').catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      first = (await rival.grant(address)).person;
    });
    expect(tries).toBe(2);
    expect([late.person, late.written]).toEqual([first, false]);
    await rotateLookup(world.options(), 'lookup');
    people.set(address, first);
    await everybodyIsFoundBy(early, rival, before, world.start());
  });

  test('a claim under the former keys that has not committed yet is waited for, and then stands', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = world.start({ pool: heldAtCommit(world.fresh.pool, gate) });
    await slow.find('person.1@example.se');
    const claimed = slow.grant('slow@example.se');
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`;
    await until(async () => (await world.fresh.pool.query(`${waiting} AND state = 'idle in transaction'`, ['test'])).rowCount === 1, { what: 'the claim is written and not committed' });
    const rotated = rotateLookup(world.options(), 'lookup');
    await until(async () => (await world.fresh.pool.query(`${waiting} AND wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%'`, ['operator'])).rowCount === 1, { what: 'the rotation waits for the table' });
    const rival = world.start().grant('slow@example.se');
    open();
    const { person } = await claimed;
    await rotated;
    expect((await rival).person).toBe(person);
    expect(await early.find('slow@example.se')).toEqual([person]);
  });
});

test.each([
  ['another ledger’s', () => JSON.stringify({ ...createKeyring(world.fresh.keyring.origin), lookup: [...createKeyring('x.example/ledger').lookup] })],
  ['one that lacks the newest keys', () => JSON.stringify({ ...readKeyring(world.keyring), lookup: readKeyring(world.keyring).lookup.slice(0, 1) })],
  ['a broken one', () => '{"origin":'],
])('with a wrong keyring (%s) nothing begins, and neither file nor database changes', async (_, wrong) => {
  const right = readFileSync(world.keyring, 'utf8');
  const before = await standingOf(world.fresh.pool, world.fresh.id, 'lookup');
  const text = wrong();
  writeFileSync(world.keyring, text);
  try {
    await expect(rotateLookup(world.options(), 'lookup')).rejects.toThrow(/keyring/);
    expect(readFileSync(world.keyring, 'utf8')).toBe(text);
    expect(await standingOf(world.fresh.pool, world.fresh.id, 'lookup')).toEqual(before);
  } finally {
    writeFileSync(world.keyring, right);
  }
});

test('without a keyring it says which file is missing', async () => {
  await expect(rotateLookup(world.options({ keyring: '/nowhere/keyring.json' }), 'lookup')).rejects.toThrow('/nowhere/keyring.json');
});

test('two operators who rotate at once end with one more key in use, and everybody found', async () => {
  const ended = await Promise.allSettled([rotateLookup(world.options(), 'lookup'), rotateLookup(world.options(), 'lookup')]);
  const refused = ended.filter((one) => one.status === 'rejected');
  for (const one of refused) expect(one.reason).toBeInstanceOf(RotationRefused);
  expect(refused.length).toBeLessThan(2);
  await everybodyIsFoundBy(early, world.start());
});

test('a rotation in whose first moment another one begins and ends is refused, and changes nothing', async () => {
  const { pool } = world.options();
  const between = Object.create(pool) as typeof pool;
  const query = pool.query.bind(pool) as (...asked: unknown[]) => Promise<unknown>;
  let other: Promise<unknown> | undefined;
  between.connect = pool.connect.bind(pool) as typeof pool.connect;
  between.query = (async (...asked: unknown[]) => {
    const result = await query(...asked);
    if (!other && String(asked[0]).includes('FROM key_chains')) await (other = rotateLookup(world.options(), 'lookup'));
    return result;
  }) as typeof pool.query;
  await expect(rotateLookup({ ...world.options(), pool: between }, 'lookup')).rejects.toBeInstanceOf(RotationRefused);
  await other;
  await everybodyIsFoundBy(early, world.start());
});

/** A pool on which an append commits only when the gate opens. */
function heldAtCommit(pool: World['fresh']['pool'], gate: Promise<void>): World['fresh']['pool'] {
  const held = Object.create(pool) as typeof pool;
  held.query = pool.query.bind(pool) as typeof pool.query;
  held.connect = (async () => {
    const client = await pool.connect();
    const query = client.query.bind(client) as (config: unknown) => Promise<unknown>;
    const slow = Object.create(client) as typeof client;
    slow.query = (async (config: { name?: string }) => {
      if (config.name !== 'append') return query(config);
      await query('BEGIN');
      const result = await query(config);
      await gate;
      await query('COMMIT');
      return result;
    }) as never;
    slow.release = (error?: Error | boolean) => client.release(error);
    return slow;
  }) as never;
  return held;
}
