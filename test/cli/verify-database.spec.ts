import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { checkLeaves, readWitnesses, say, type LeavesState, type Problem, type Witness } from '#audit';
import { checkpointText, Frontier, parseCheckpoint, parseNote, parseVerifier, signNote } from '#proof';
import { sha256, signerOf } from '#vault';
import { proofWorld, type ProofWorld } from '../proof/world.js';
import { commandLine, type CommandLine } from './command.js';

let world: ProofWorld;
let cli: CommandLine;
let person = '';
beforeAll(async () => {
  world = await proofWorld();
  cli = await commandLine(world.fresh);
  person = await world.decide(['grant', 'withdraw', 'grant']);
  // More than a page of events, so that a run can be cut off between two.
  for (let at = 0; at < 5; at += 1) await Promise.all(Array.from({ length: 100 }, () => world.decide(['grant', 'withdraw', 'grant', 'withdraw'])));
  await world.publish();
}, 120_000);
afterAll(async () => {
  cli.close();
  await world.close();
});

const verify = (...args: string[]) => cli.run(['verify', '--database', '--log', world.root, ...args]);

describe('samtycke verify --database', () => {
  test('says what holds and what was not looked at, and exits with 0', async () => {
    const { code, stdout } = await verify();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^holds {2}[\d,]+ events are what was hashed, chained and numbered without a gap; columns and states say what they say, and the texts that they name are what was hashed$/m);
    expect(stdout).toMatch(/^holds {2}[\d,]+ indices are contiguous, each of one event, and what was signed \([\d,]+ outside the database\)$/m);
    expect(stdout).toMatch(/^open {3}evidence was not opened: give --evidence$/m);
    expect((await verify('--evidence')).stdout).toMatch(/^holds {2}4,\d+ evidence items are what their events commit to$/m);
  });

  test('accepts an older checkpoint that was kept', async () => {
    const kept = cli.file('kept.txt', (await world.folder.checkpoint()) ?? '');
    await world.decide(['grant']);
    await world.publish();
    const { code, stdout } = await verify('--checkpoint', kept);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('give --checkpoint')]);
  });

  test('names person, purpose and version of what does not hold, in the log too, and exits with 1', async () => {
    const { attacker } = world;
    await attacker.query(`UPDATE events SET occurred_at = occurred_at - interval '1 hour' WHERE person = $1 AND seq = 2`, [person]);
    const events = await verify();
    expect([events.code, events.stdout]).toEqual([1, expect.stringContaining(`FAILS  person ${person}, purpose newsletter, version 2, event 2 of the person: column occurred_at says something else than its bytes`)]);
    await attacker.query(`UPDATE events SET occurred_at = occurred_at + interval '1 hour' WHERE person = $1 AND seq = 2`, [person]);
    await attacker.query(`UPDATE leaves SET hash = sha256(hash) WHERE person = $1 AND seq = 3`, [person]);
    expect((await verify()).stdout).toMatch(new RegExp(`FAILS {2}person ${person}, purpose newsletter, version 3, event 3 of the person, index \\d+ of the log: the signed log has another event at this index`));
    await attacker.query(`UPDATE leaves l SET hash = sha256('\\x00'::bytea || e.bytes) FROM events e WHERE e.person = l.person AND e.seq = l.seq AND l.person = $1`, [person]);
    expect((await verify()).code).toBe(0);
  });

  test('goes on where a killed run stopped, with what that one had found, and forgets the place at the end', async () => {
    const place = join(cli.folder, 'place.json');
    const child = cli.start(['verify', '--database', '--log', world.root, '--resume', place]);
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!existsSync(place) && child.exitCode === null) return;
        clearInterval(look);
        child.kill('SIGKILL');
        resolve();
      }, 1);
    });
    const whole = Number(/([\d,]+) events are/.exec((await verify()).stdout)?.[1]?.replaceAll(',', ''));
    const [{ rows: one }] = await Promise.all([world.fresh.pool.query<{ person: string }>('SELECT person FROM persons ORDER BY person OFFSET 250 LIMIT 1')]);
    writeFileSync(place, JSON.stringify({ origin: world.fresh.keyring.origin, stage: 'events', person: one[0]?.person, done: 1_000, problems: 1, told: ['person x: found before'] }));
    const { code, stdout } = await verify('--resume', place);
    expect(code).toBe(1);
    expect(stdout).toContain('FAILS  person x: found before');
    expect(stdout).toMatch(/^FAILS {2}[\d,]+ events are .*: not so in 1 places$/m);
    expect(stdout).toMatch(/^holds {2}[\d,]+ indices are contiguous/m);
    const rest = Number(/([\d,]+) events are/.exec(stdout)?.[1]?.replaceAll(',', ''));
    expect(rest).toBeLessThan(whole);
    expect(rest).toBeGreaterThan(1_000);
    expect(existsSync(place)).toBe(false);
    const old = cli.file('old-checkpoint.txt', readFileSync(join(world.root, 'checkpoint'), 'utf8'));
    const { size } = parseCheckpoint(parseNote(readFileSync(old, 'utf8')).text);
    writeFileSync(place, JSON.stringify({ origin: world.fresh.keyring.origin, stage: 'leaves', leaves: { size: size + 1, peaks: [] }, done: size + 1, problems: 0, told: [] }));
    expect((await verify('--resume', place, '--checkpoint', old)).stdout).toMatch(/open {3}the checkpoint in .*, which the earlier run had passed: give it without --resume/);
    rmSync(place, { force: true });
    writeFileSync(place, JSON.stringify({ ...JSON.parse('{"stage":"events","done":0,"problems":0,"told":[]}'), origin: 'another.test' }));
    expect((await verify('--resume', place)).stderr).toMatch(/keeps the place of a check of another.test/);
    expect(readFileSync(place, 'utf8')).toContain('another.test');
  });

  test('counts nothing twice that a run had looked at which stopped behind the last page', async () => {
    const { attacker } = world;
    const place = join(cli.folder, 'behind-last.json');
    const moveDay = (way: '-' | '+') => attacker.query(`UPDATE events SET occurred_at = occurred_at ${way} interval '1 hour' WHERE person = $1 AND seq = 2`, [person]);
    await moveDay('-');
    const whole = (await verify()).stdout;
    await attacker.query('ALTER TABLE catalogues RENAME TO catalogues_away');
    expect((await verify('--resume', place)).code).toBe(2);
    await attacker.query('ALTER TABLE catalogues_away RENAME TO catalogues');
    const { code, stdout } = await verify('--resume', place);
    await moveDay('+');
    expect(code).toBe(1);
    expect(stdout.match(/^FAILS .*$/gm)).toEqual(whole.match(/^FAILS .*$/gm));
  });

  test('counts nothing of the log twice either, wherever a run stopped: not the index that comes next, nor a checkpoint that was read ahead', async () => {
    const { fresh: { pool, id: ledger, keyring }, attacker } = world;
    await attacker.query(`UPDATE leases SET next = next + 7 WHERE role = 'relay'`);
    await attacker.query(`INSERT INTO checkpoints (ledger, size, root, signed_at, note) SELECT $1, max(idx) + 9, sha256(''), now(), 'no note' FROM leaves`, [ledger]);
    /** What is told from a place on, until that many pages were looked at; and the place then. */
    const run = async (from: LeavesState | undefined, pages: number): Promise<{ told: string[]; place?: LeavesState }> => {
      const stopped = new Error('stopped');
      const problems: Problem[] = [];
      const problem = (one: Problem): void => void problems.push(one);
      let place: LeavesState | undefined;
      const page = (_: number, state: () => LeavesState): void => {
        place = state();
        if ((pages -= 1) === 0) throw stopped;
      };
      const witnesses = (size: number) => readWitnesses({ pool, ledger, key: keyring.log.verifier, others: [], problem }, size);
      await checkLeaves({ pool, ledger, witnesses, from }, { problem, late: problem, page }).catch((error: unknown) => error !== stopped && Promise.reject(error as Error));
      return { told: problems.map(say), place };
    };
    const whole = await run(undefined, Infinity);
    const first = await run(undefined, 1);
    const rest = await run(first.place, Infinity);
    await attacker.query(`DELETE FROM checkpoints WHERE note = 'no note'`);
    await attacker.query(`UPDATE leases SET next = next - 7 WHERE role = 'relay'`);
    expect(whole.told).toHaveLength(3);
    expect([...first.told, ...rest.told].sort()).toEqual([...whole.told].sort());
    expect((await verify()).code).toBe(0);
  });

  test('believes no place that is none, or is of other work, and says what it leaves to an earlier run', async () => {
    const { origin } = world.fresh.keyring;
    const place = (more: object) => cli.file('place.json', JSON.stringify({ origin, stage: 'events', done: 0, problems: 0, told: [], ...more }));
    for (const more of [{ stage: 'x' }, { stage: undefined }, { done: -1 }, { problems: undefined }, { stage: 'leaves', leaves: { size: 'all' } }]) {
      const { code, stdout, stderr } = await verify('--resume', place(more));
      expect([code, stdout.includes('holds'), stderr]).toEqual([2, false, expect.stringContaining('keeps no place of such a check')]);
    }
    const other = await verify('--resume', place({ stage: 'evidence' }));
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('keeps the place of a check with --evidence')]);
    const { code, stdout } = await verify('--evidence', '--resume', place({ stage: 'evidence', done: 7 }));
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^open {3}left to an earlier run, whose word .*place\.json is: events, leaves, 7 events in the check of evidence$/m)]);
  });

  test('is right about a ledger that is written to meanwhile', async () => {
    let over = false;
    const writing = (async () => {
      for (let at = 0; !over; at += 1) await world.decide([at % 2 === 0 ? 'withdraw' : 'grant'], { person });
    })();
    for (let run = 0; run < 3; run += 1) expect((await verify()).code).toBe(0);
    over = true;
    await writing;
  });

  test('leaves a checkpoint alone that is signed while it looks, however many there are', async () => {
    const { pool, id: ledger, keyring } = world.fresh;
    const { log } = keyring;
    const tree = new Frontier(sha256);
    const { rows } = await pool.query<{ hash: Buffer }>('SELECT hash FROM leaves WHERE ledger = $1 AND idx < 1500 ORDER BY idx', [ledger]);
    const signed = rows.map(({ hash }) => {
      tree.append(hash);
      const [size, root] = [tree.size, Buffer.from(tree.root())];
      const text = checkpointText({ origin: keyring.origin, size, root });
      return { size, root, note: `${text}\n${signNote(text, parseVerifier(sha256, log.verifier), signerOf(log.privateKey))}` };
    });
    await pool.query('INSERT INTO checkpoints (ledger, size, root, signed_at, note) SELECT $1, size, root, now(), note FROM unnest($2::bigint[], $3::bytea[], $4::text[]) AS c(size, root, note) ON CONFLICT DO NOTHING', [
      ledger, signed.map(({ size }) => size), signed.map(({ root }) => root), signed.map(({ note }) => note),
    ]);
    const problems: Problem[] = [];
    const sink = { problem: (problem: Problem) => void problems.push(problem), late: () => undefined, page: () => undefined };
    async function* witnesses(from: number): AsyncGenerator<Witness> {
      for await (const one of readWitnesses({ pool, ledger, key: log.verifier, others: [], ...sink }, from)) {
        if (one.size === 500) await world.decide(['grant']).then(() => world.publish());
        yield one;
      }
    }
    await checkLeaves({ pool, ledger, witnesses }, sink);
    await pool.query('DELETE FROM checkpoints WHERE ledger = $1 AND size <= 1500', [ledger]);
    expect(problems.map(say)).toEqual([]);
  }, 60_000);

  test('tells apart who got a place in the log long after the time that is claimed, and finds who claims a time after a checkpoint that holds it', async () => {
    const { pool, id: ledger, keyring } = world.fresh;
    const [now, ahead] = [Date.now, 10 * 60_000];
    await world.decide(['grant']);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    await world.publish();
    clock.mockRestore();
    const slow = await world.decide(['grant']);
    await world.publish();
    const { code, stdout } = await verify();
    expect([code, stdout.match(/^late .*$/gm)]).toEqual([0, [expect.stringMatching(new RegExp(`^late {3}person ${slow}, purpose newsletter, version 1, event 1 of the person, index \\d+ of the log: it claims [^,]*, and got its place in the log after [^,]* only$`))]]);

    const told: Problem[] = [];
    const problem = (one: Problem): void => void told.push(one);
    async function* earlier(from: number): AsyncGenerator<Witness> {
      for await (const one of readWitnesses({ pool, ledger, key: keyring.log.verifier, cosigner: keyring.cosigner?.verifier, others: [], problem }, from)) yield { ...one, seenAt: (one.seenAt ?? NaN) - 2 * ahead / 1_000 };
    }
    await checkLeaves({ pool, ledger, witnesses: earlier }, { problem, late: () => undefined, page: () => undefined });
    expect(told.map(say)).toContainEqual(expect.stringMatching(new RegExp(`^person ${slow}, .*: it claims .*, and a checkpoint that holds it was seen at .* already$`)));
  });

  test('opens large evidence in no more memory than one item takes, however many there are', async () => {
    const file = 'x'.repeat(4 * 1024 * 1024);
    await world.decide(Array.from({ length: 24 }, (_, at) => (at % 2 === 0 ? 'grant' : 'withdraw')), { evidence: { file } });
    await world.publish();
    const { code, stdout } = await cli.run(['verify', '--database', '--log', world.root, '--evidence'], '--max-old-space-size=96');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^holds {2}[\d,]+ evidence items are what their events commit to$/m)]);
  }, 60_000);
});
