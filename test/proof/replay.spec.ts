import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { followWith } from '../../apps/worker/src/follow-log.js';
import { grantRegister } from '../../apps/worker/src/grants.js';
import { rightsRegister } from '../../apps/worker/src/rights.js';
import { timerRegister } from '../../apps/worker/src/timers.js';
import { NO_PROJECTIONS, PROJECTIONS, readWorld, replay as rebuild, swapIn } from '#audit';
import { Lease } from '#outbox';
import { until } from '#testing';
import { commandLine, type CommandLine, type Ended } from '../cli/command.js';
import { proofWorld, type ProofWorld } from './world.js';

let world: ProofWorld;
let cli: CommandLine;
let people: string[] = [];
let complaints: string[] = [];
let canaries: string[] = [];
beforeAll(async () => {
  world = await proofWorld();
  cli = await commandLine(world.fresh);
  people = await Promise.all(Array.from({ length: 30 }, (_, at) => world.decide(['grant', 'withdraw', 'grant'].slice(0, 1 + (at % 3)) as never)));
  await Promise.all(people.slice(0, 5).map((person) => world.restrict(person)));
  people.push(await world.parts());
  complaints = [await world.complain(), await world.complain({ answered: true })];
  await Promise.all(Array.from({ length: 5 }, () => world.accept()));
  canaries = [await world.canary('person'), await world.canary('device')];
  await world.publish();
  await keepRegisters();
}, 60_000);
afterAll(async () => {
  cli.close();
  await world.close();
});

const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> => (await world.attacker.query(text, values)).rows as R[];
const replay = (...args: string[]) => cli.run(['replay', '--log', world.root, ...args]);
const keptIn = ({ stdout }: Ended): string => /^kept .* in the schema (\S+)$/m.exec(stdout)?.[1] ?? '';
const held = async () => ({
  heads: await sql('SELECT person, purpose, version, status, allowed, valid_until::text, state::json::text FROM heads ORDER BY person, purpose'),
  persons: await sql(`SELECT person, kind, seq, recorded_us, encode(hash, 'hex') AS hash, state FROM persons ORDER BY person`),
});

/** The worker's registers, brought up to the log. */
async function keepRegisters(): Promise<void> {
  const { pool, id } = world.fresh;
  const fencing = (await new Lease(pool, id, 'worker', '00000000-0000-4000-8000-000000000009').take())?.fencing ?? '';
  const over = new AbortController();
  const term = { fencing, signal: over.signal, leads: () => true, end: () => over.abort() };
  const options = { pool, ledger: id, log: pino({ level: 'silent' }) };
  const jobs = followWith(options, [rightsRegister(options), timerRegister(options), grantRegister(options)]).run(term);
  const size = Number((await sql<{ n: string }>('SELECT count(*) AS n FROM leaves'))[0]?.n);
  await until(async () => (await sql<{ n: string }>(`SELECT count(*) AS n FROM leases WHERE role IN ('rights', 'timers', 'grants') AND next = $1`, [size]))[0]?.n === '3', { timeoutMs: 10_000, what: 'the registers' });
  over.abort();
  await jobs;
}

test('every table that names a person is rebuilt by a replay, or it is said why none can', async () => {
  const rows = await sql<{ name: string }>(`SELECT DISTINCT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'person' ORDER BY 1`);
  expect(rows.map(({ name }) => name)).toEqual([...PROJECTIONS, ...Object.keys(NO_PROJECTIONS)].sort());
});

describe('a replay', () => {
  test('finds nothing in a sound ledger, and leaves nothing behind', async () => {
    const { code, stdout } = await replay('--lost', join(cli.folder, 'lost.ndjson'));
    const [holds, open] = stdout.split('\n');
    expect([code, holds]).toEqual([0, expect.stringMatching(/^holds  \d+ events, replayed: every state and person is what they say, and every register that was compared$/)]);
    const everybody = (await held()).persons.length;
    expect(open).toBe(`open   not compared, since the worker has not come to their last event: merges of ${everybody} people, links of ${everybody} people`);
    expect(await sql(`SELECT 1 FROM pg_namespace WHERE nspname LIKE 'replay%'`)).toEqual([]);
    expect(readFileSync(join(cli.folder, 'lost.ndjson'), 'utf8')).toBe('');
  });

  test('gives the canary no consents, as the worker gives it none', async () => {
    const noted = () => sql('SELECT person FROM grants WHERE person = ANY ($1)', [canaries]);
    expect(await sql(`SELECT type FROM events WHERE person = ANY ($1) AND type = 'consent-granted'`, [canaries])).toHaveLength(4);
    expect([(await replay('--swap')).stdout, await noted()]).toEqual([expect.not.stringContaining('FAILS'), []]);
  });

  test('rebuilds in a second place what stands in the tables, row for row', async () => {
    await sql('CREATE SCHEMA replay');
    const kept = await replay('--keep');
    const schema = keptIn(kept);
    expect(kept.stderr).toContain('left   the schema replay of another replay');
    await sql('DROP SCHEMA replay');
    const rebuilt = {
      heads: await sql(`SELECT person, purpose, version, status, allowed, valid_until::text, state::json::text FROM ${schema}.heads ORDER BY person, purpose`),
      persons: await sql(`SELECT person, kind, seq, recorded_us, encode(hash, 'hex') AS hash, state FROM ${schema}.persons ORDER BY person`),
    };
    expect(rebuilt.persons).toEqual((await held()).persons);
    expect(rebuilt.heads.length).toBe((await held()).heads.length);
    expect((await replay()).stderr).toContain(`left   the schema ${schema} of another replay`);
    await sql(`DROP SCHEMA ${schema} CASCADE`);
  });

  test('keeps to a place of its own beside another one', async () => {
    const both = await Promise.all([replay('--threads', '1'), replay('--threads', '2')]);
    expect(both.map(({ code, stdout }) => [code, stdout.slice(0, 5)])).toEqual([[0, 'holds'], [0, 'holds']]);
  });

  test('says where it did not look for what was lost: a folder without a checkpoint', async () => {
    const { stdout } = await cli.run(['replay', '--log', join(cli.folder, 'no-log')]);
    expect(stdout).toContain(`open   ${join(cli.folder, 'no-log')} holds no checkpoint: whether events were lost was not looked at`);
  });

  test('finds what the worker’s registers hold of people without an event, and clears it with --swap', async () => {
    const stranger = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';
    await sql(`INSERT INTO timers (ledger, person, purpose, kind, event, until) VALUES ($1, $2, 'newsletter', 'pause', gen_random_uuid(), now() + interval '1 day')`, [world.fresh.id, stranger]);
    await sql('INSERT INTO links (ledger, person, device) VALUES ($1, $2, gen_random_uuid())', [world.fresh.id, stranger]);
    await sql('INSERT INTO grants SELECT ledger, $2, purpose, version, kind, event, granted_at, recorded_at, notice, notice_version, locale FROM grants WHERE person = $1 AND version = 1', [people[0], stranger]);
    const { code, stdout } = await replay('--swap');
    for (const table of ['timers', 'links', 'grants']) expect(stdout).toMatch(new RegExp(`FAILS {2}person ${stranger}.*: the table ${table} is not what the events say`));
    expect(code).toBe(0);
    expect((await replay()).stdout).not.toContain(stranger);
  });

  test('names each difference by person, purpose and version, and puts all of them right with --swap', async () => {
    const before = await held();
    const [granted, lost, stray, restricted] = [people[0], people[4], people[7], people[1]];
    await sql(`UPDATE heads SET allowed = NOT allowed WHERE person = $1 AND purpose = 'newsletter'`, [granted]);
    await sql(`DELETE FROM heads WHERE person = $1 AND purpose = 'newsletter'`, [lost]);
    await sql(`INSERT INTO heads VALUES ($1, $2, 'invoice-by-mail', 3, 'given', true, NULL, '{}')`, [world.fresh.id, stray]);
    await sql('UPDATE persons SET state = NULL, seq = seq - 1 WHERE person = $1', [restricted]);
    const { code, stdout } = await replay();
    expect(code).toBe(1);
    expect(stdout).toContain(`person ${granted}, purpose newsletter, version`);
    expect(stdout).toContain('heads.allowed is not what the events say');
    expect(stdout).toMatch(new RegExp(`person ${lost}, purpose newsletter, version 2: the table heads has no row`));
    expect(stdout).toContain(`person ${stray}, purpose invoice-by-mail, version 3: the table heads has a row, and there is no event`);
    expect(stdout).toContain(`person ${restricted}: persons.seq is not what the`);
    const swapped = await replay('--swap');
    expect([swapped.code, swapped.stdout]).toEqual([0, expect.stringContaining('4 people’s projections were put right')]);
    expect((await held()).persons).toEqual(before.persons);
    expect((await replay()).code).toBe(0);
    expect(await world.audit()).toEqual([]);
  });

  test('puts no damaged event right with --swap, and says by its exit code that something is left', async () => {
    const person = await world.decide(['refuse', 'grant']);
    const [{ bytes = Buffer.of() } = {}] = await sql<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 AND seq = 1', [person]);
    await sql(`UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"method":"', '"method":"x'), 'UTF8') WHERE person = $1 AND seq = 1`, [person]);
    const { code, stdout } = await replay('--swap');
    expect([code, stdout]).toEqual([1, expect.stringContaining('it does not follow the event before it')]);
    expect(stdout).not.toContain('the table');
    await sql('UPDATE events SET bytes = $2 WHERE person = $1 AND seq = 1', [person, bytes]);
    expect((await replay('--swap')).code).toBe(0);
  });

  test('counts nobody as put right with --swap whose register it could not compare again, since he got an event meanwhile', async () => {
    const { id, keyring } = world.fresh;
    const pool = world.attacker;
    const person = people[8] ?? '';
    const options = { pool, ledger: id, world: await readWorld(pool, id, keyring.origin) };
    await sql(`UPDATE grants SET granted_at = granted_at + interval '1 day' WHERE person = $1`, [person]);
    const place = await rebuild({ ...options, problem: () => undefined, page: () => undefined });
    await world.restrict(person);
    expect(await swapIn(options, place)).toEqual({ repaired: 0, left: [{ person, why: ['grants'] }] });
    await world.publish();
    await keepRegisters();
    expect(await swapIn(options, place)).toEqual({ repaired: 1, left: [] });
    await place.drop();
    expect((await replay()).code).toBe(0);
  });

  test('finds the same on threads as without, and rebuilds the same', async () => {
    await sql(`UPDATE heads SET allowed = NOT allowed WHERE person = ANY ($1) AND purpose = 'newsletter'`, [people.slice(3, 12)]);
    await sql(`INSERT INTO heads VALUES ($1, 'ffffffff-ffff-4fff-8fff-ffffffffffff', 'newsletter', 1, 'given', true, NULL, '{}')`, [world.fresh.id]);
    const rebuilt = async (schema: string) => [await sql(`SELECT * FROM ${schema}.heads ORDER BY person, purpose`), await sql(`SELECT * FROM ${schema}.persons ORDER BY person`), await sql(`SELECT DISTINCT person FROM ${schema}.differing ORDER BY 1`)];
    const told = ({ code, stdout }: Ended) => [code, stdout.split('\n').filter((line) => !line.startsWith('kept')).sort()] as const;
    const alone = await replay('--keep', '--threads', '1');
    expect(told(alone)[1]).toHaveLength(9 + 1 + 1 + 1 + 1);
    const onThreads = await replay('--keep', '--threads', '3');
    expect([told(onThreads), await rebuilt(keptIn(onThreads))]).toEqual([told(alone), await rebuilt(keptIn(alone))]);
    for (const one of [alone, onThreads]) await sql(`DROP SCHEMA ${keptIn(one)} CASCADE`);
    await sql(`DELETE FROM heads WHERE person = 'ffffffff-ffff-4fff-8fff-ffffffffffff'`);
    expect((await replay('--swap', '--threads', '3')).stdout).toContain('9 people’s projections were put right');
    expect((await replay('--threads', '3')).code).toBe(0);
  });

  test('refuses to call a replay whole whose thread was ended', async () => {
    const { code, stderr } = await cli.run(['replay', '--log', world.root, '--threads', '2'], `--import ${JSON.stringify(`data:text/javascript,import { isMainThread } from 'node:worker_threads'; if (!isMainThread) process.exit(0);`)}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a thread of the replay ended before its work was done')]);
  });

  test('finds what the worker’s registers lack, or have too much of', async () => {
    const { body } = { body: people[2] };
    await sql(`INSERT INTO timers (ledger, person, purpose, kind, event, until) VALUES ($1, $2, 'newsletter', 'pause', gen_random_uuid(), now() + interval '1 day')`, [world.fresh.id, body]);
    await sql(`INSERT INTO rights VALUES ($1, $2, gen_random_uuid(), 'erasure', now(), now(), NULL, NULL)`, [world.fresh.id, body]);
    const { stdout } = await replay('--swap');
    expect(stdout).toContain(`person ${body}, purpose newsletter: the table timers is not what the events say`);
    expect(stdout).toContain(`person ${body}: the table rights is not what the events say`);
    expect((await replay()).code).toBe(0);
  });

  test('says, as the worker does, that an erasure closed what was open, and that it left what was answered', async () => {
    const kept = () => sql('SELECT person, outcome, closed_at IS NULL AS open FROM rights WHERE person = ANY ($1::uuid[]) ORDER BY outcome', [complaints]);
    const [erased, answered] = complaints;
    const right = [{ person: answered, outcome: 'answered', open: false }, { person: erased, outcome: 'erased', open: false }];
    expect(await kept()).toEqual(right);
    await sql('UPDATE rights SET closed_at = NULL, outcome = NULL WHERE person = $1', [erased]);
    const { stdout } = await replay('--swap');
    expect(stdout).toContain(`person ${erased}: the table rights is not what the events say`);
    expect(await kept()).toEqual(right);
  });

  test('rebuilds the register of consents, and names what differs by person, purpose and version', async () => {
    const before = await sql('SELECT * FROM grants ORDER BY person, purpose, version');
    expect(before.length).toBeGreaterThan(30);
    const [changed, lost, stray] = [people[1], people[2], people[3]];
    await sql(`UPDATE grants SET point = 'elsewhere' WHERE person = $1 AND version = 1`, [changed]);
    await sql('DELETE FROM grants WHERE person = $1 AND version = 3', [lost]);
    await sql(`INSERT INTO grants SELECT ledger, person, purpose, 7, kind, event, granted_at, recorded_at, notice, notice_version, locale FROM grants WHERE person = $1 AND version = 1`, [stray]);
    const { code, stdout } = await replay('--swap');
    expect(code).toBe(0);
    for (const [person, version] of [[changed, 1], [lost, 3], [stray, 7]]) expect(stdout).toContain(`person ${person}, purpose newsletter, version ${version}: the table grants is not what the events say`);
    expect(await sql('SELECT * FROM grants ORDER BY person, purpose, version')).toEqual(before);
  });

  test('leaves a person alone whose events themselves are damaged, and says so', async () => {
    const person = people[10];
    const [kept] = await sql<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 AND seq = 1', [person]);
    await sql(`UPDATE events SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"given"', '"gone!"'), 'UTF8') WHERE person = $1 AND seq = 1`, [person]);
    await sql(`UPDATE heads SET version = 9 WHERE person = $1 AND purpose = 'newsletter'`, [person]);
    const { code, stdout } = await replay('--swap');
    expect([code, stdout]).toEqual([1, expect.stringContaining(`left   person ${person}: his events are damaged`)]);
    await sql('UPDATE events SET bytes = $2 WHERE person = $1 AND seq = 1', [person, kept?.bytes]);
    expect((await replay('--swap')).code).toBe(0);
  });

  test('is right about people who change while it runs', async () => {
    let over = false;
    let changes = 0;
    const writing = (async () => {
      for (; !over; changes += 1) await world.decide([changes % 2 === 0 ? 'withdraw' : 'grant'], { person: people[changes % people.length] });
    })();
    for (let run = 0; run < 3; run += 1) expect((await replay()).code).toBe(0);
    over = true;
    await writing;
    expect(changes).toBeGreaterThan(10);
  });

  test('shows against a day-old backup what was lost, event by event', async () => {
    await world.publish();
    const leaver = await world.decide(['grant', 'withdraw']);
    await world.publish();
    const cut = Number((await sql<{ idx: string }>('SELECT min(idx) AS idx FROM leaves WHERE person = $1', [leaver]))[0]?.idx);
    for (const table of ['events', 'heads', 'persons', 'leaves']) await sql(`DELETE FROM ${table} WHERE person = $1`, [leaver]);
    await sql(`UPDATE leases SET next = ${cut} WHERE role = 'relay'`);
    const { code, stdout } = await replay();
    expect(code).toBe(1);
    expect(stdout).toContain(`LOST   person ${leaver}, purpose newsletter, version 1, index ${cut} of the log: consent-granted`);
    expect(stdout).toContain(`version 2, index ${cut + 1} of the log: consent-withdrawn`);
    expect(stdout).toContain('2 events that were signed are not in the database');
  });
});
