import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { definitionOf, type Purpose } from '#catalogue';
import { personAfter } from '#consent';
import { changeConsent, DatabaseBehind, eraseHeld, Freshness, Ledger, mergeFrom, mergeInto, newHolderId, personCall, uuidv7 } from '#ledger';
import { Lease } from '#outbox';
import { until } from '#testing';
import { createKeyring, subjectKeysOf, suppressionKeysOf } from '#vault';
import { giveIndices } from '../../apps/relay/src/give-indices.js';
import { commandLine, type CommandLine } from '../cli/command.js';
import { proofWorld, type ProofWorld } from './world.js';

let world: ProofWorld;
let cli: CommandLine;
beforeEach(async () => {
  world = await proofWorld();
  cli = await commandLine(world.fresh);
}, 60_000);
afterEach(async () => {
  cli.close();
  await world.close();
});

const sql = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> => (await world.attacker.query(text, values)).rows as R[];
const tables = async (): Promise<string[]> => (await sql<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' AND tablename NOT LIKE 'kept_%'`)).map(({ name }) => name);

/** Keeps every table as it is now; gives what puts them back. */
async function backup(): Promise<() => Promise<void>> {
  const names = await tables();
  for (const name of names) await sql(`CREATE TABLE kept_${name} AS SELECT * FROM ${name}`);
  return async () => {
    for (const name of names) {
      await sql(`TRUNCATE ${name}`);
      await sql(`INSERT INTO ${name} SELECT * FROM kept_${name}`);
    }
  };
}
/** Of the pool; resolves when it has noticed: what asks next is given a new one. */
async function cutConnections(): Promise<void> {
  await sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'test'`);
  await until(() => world.fresh.pool.totalCount === 0, { what: 'the pool to notice that its connections are gone' });
}
const recover = (...args: string[]) => cli.run(['recover', '--log', world.root, ...args]);
const freshness = (): Freshness => new Freshness({ pool: world.fresh.pool, ledger: world.fresh.id, outside: () => world.folder.size() });
const events = async () => sql<{ person: string; seq: number; bytes: Buffer }>('SELECT person, seq, bytes FROM events ORDER BY person, seq');
async function erase(person: string): Promise<void> {
  await world.erase(person);
  const { pool, id, keyring, keys } = world.fresh;
  await eraseHeld({ pool, ledger: id, origin: keyring.origin, keys, suppressionKeys: suppressionKeysOf(keyring), subjectKeys: subjectKeysOf(keyring) }, person, { suppress: true });
}
const heldOf = async (person: string): Promise<number> =>
  Number((await sql<{ n: string }>('SELECT (SELECT count(*) FROM identifiers WHERE person = $1) + (SELECT count(*) FROM evidence WHERE person = $1) + (SELECT count(*) FROM person_keys WHERE person = $1) AS n', [person]))[0]?.n);

/** An old backup: somebody of it withdraws later, somebody is erased, somebody new comes, one event waited for its index. */
async function lostDay() {
  const steady = await world.decide(['grant'], { email: 'steady@example.se' });
  const leaver = await world.decide(['grant'], { email: 'leaver@example.se' });
  const erased = await world.decide(['grant'], { email: 'erased@example.se' });
  await world.publish();
  const waiting = await world.decide(['grant'], { email: 'waiting@example.se' });
  const restore = await backup();
  await world.publish();
  await world.decide(['withdraw'], { person: leaver });
  await world.restrict(steady);
  await erase(erased);
  const newcomer = await world.decide(['grant'], { email: 'newcomer@example.se' });
  await world.publish();
  const before = await events();
  return { steady, leaver, erased, waiting, newcomer, before, restore };
}

describe('a restored backup', () => {
  test('takes no change, neither by a ledger that runs nor by one that starts, until it is recovered', async () => {
    const { restore, leaver } = await lostDay();
    const guarded = new Ledger({ ...world.fresh.options, mayWrite: (() => { const fresh = freshness(); return () => fresh.demand(); })() });
    const purpose = world.fresh.catalogue.purposes.get('newsletter');
    const withdraw = () => changeConsent(guarded, async () => ({ request: uuidv7(), people: [{ person: leaver, kind: 'person' as const }], wishes: purpose ? [{ purpose, decision: 'withdraw' as const }] : [], actor: { kind: 'system' as const, id: 'crm' }, evidence: {} }));
    await withdraw();
    await restore();
    await expect(freshness().demand()).rejects.toBeInstanceOf(DatabaseBehind);
    const count = (await events()).length;
    const now = performance.now.bind(performance);
    const aSecondLater = jest.spyOn(performance, 'now').mockImplementation(() => now() + 1_001);
    await expect(withdraw()).rejects.toThrow(/behind the log.*samtycke recover/);
    aSecondLater.mockRestore();
    expect(await events()).toHaveLength(count);
    expect((await recover()).code).toBe(0);
    await withdraw();
    await guarded.close();
  });

  test('takes no change on a connection that is made to it, though another database was looked at less than a second before', async () => {
    const { restore, leaver } = await lostDay();
    const fresh = freshness();
    const guarded = new Ledger({ ...world.fresh.options, mayWrite: () => fresh.demand() });
    const purpose = world.fresh.catalogue.purposes.get('newsletter');
    const withdraw = () => changeConsent(guarded, async () => ({ request: uuidv7(), people: [{ person: leaver, kind: 'person' as const }], wishes: purpose ? [{ purpose, decision: 'withdraw' as const }] : [], actor: { kind: 'system' as const, id: 'crm' }, evidence: {} }));
    const inNoTime = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    await withdraw();
    await restore();
    const count = (await events()).length;
    await cutConnections();
    await expect(withdraw()).rejects.toBeInstanceOf(DatabaseBehind);
    inNoTime.mockRestore();
    expect(await events()).toHaveLength(count);
    await guarded.close();
  });

  test('gets no index on a connection that is made to it, though another database was looked at less than a second before', async () => {
    const { restore } = await lostDay();
    const { pool, id } = world.fresh;
    const options = { pool, ledger: id, fresh: freshness() };
    const leader = async () => ({ fencing: (await sql<{ fencing: string }>(`SELECT fencing FROM leases WHERE role = 'relay'`))[0]?.fencing ?? '' });
    const inNoTime = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    expect(await giveIndices(options, await leader())).toEqual([]);
    await restore();
    const given = async () => sql('SELECT idx FROM leaves ORDER BY idx');
    const before = await given();
    expect(await sql('SELECT FROM outbox')).toHaveLength(1);
    await cutConnections();
    await expect(giveIndices(options, await leader())).rejects.toBeInstanceOf(DatabaseBehind);
    inNoTime.mockRestore();
    expect(await given()).toEqual(before);
  });

  test('is brought up to the signed log, byte for byte, and passes every check', async () => {
    const { restore, before } = await lostDay();
    await restore();
    const dry = await recover('--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/are to be put back/)]);
    const { code, stdout } = await recover();
    expect(code).toBe(0);
    expect(stdout).toMatch(/put back \d+ events from index \d+ on; erased again 1 people; 1 people or devices lack a key or identifier/);
    const after = await events();
    for (const event of before) expect(after).toContainEqual(event);
    expect(await world.audit({ evidence: false })).toEqual([]);
    await world.publish();
    expect(await world.audit({ evidence: false })).toEqual([]);
    const catalogue = 'libs/catalogue/data/advansor';
    expect((await recover('--catalogue', catalogue)).stdout).toMatch(/nothing is missing.* was not loaded/);
  });

  test('is brought up by no log that only a key signed which was replaced, until the operator names that key', async () => {
    const { restore, before } = await lostDay();
    await restore();
    const { keyring } = world.fresh;
    const [inUse, former] = [createKeyring(keyring.origin).log, keyring.log];
    cli.file('keyring.json', JSON.stringify({ ...keyring, log: inUse, beside: { log: { former: [{ verifier: former.verifier }] } } }));
    const held = await events();
    for (const more of [[], ['--dry-run'], ['--key', inUse.verifier]]) {
      const { code, stderr } = await recover(...more);
      expect([code, stderr]).toEqual(more[0] === '--key' ? [2, expect.stringContaining('is not signed by')] : [1, expect.stringContaining('signed by a key that was replaced')]);
    }
    expect(await events()).toEqual(held);
    expect((await recover('--key', former.verifier)).code).toBe(0);
    expect(await events()).toEqual(expect.arrayContaining(before));
  });

  test('has its erasures carried out again before it may be written to', async () => {
    const { restore, erased } = await lostDay();
    await restore();
    expect(await heldOf(erased)).toBeGreaterThan(0);
    await recover();
    expect(await heldOf(erased)).toBe(0);
    expect(await sql('SELECT 1 FROM suppressions')).toHaveLength(1);
  });

  test('loses nobody silently: whoever has no key or identifier any more is listed, and his consents are withdrawn by the operator', async () => {
    const { restore, newcomer, leaver } = await lostDay();
    await restore();
    const { stdout } = await recover();
    expect(stdout).toContain(`person ${newcomer}: missing key, email; withdrawn: newsletter`);
    expect(stdout).not.toContain(leaver);
    const last = (await events()).findLast(({ person }) => person === newcomer);
    expect(JSON.parse(last?.bytes.toString() ?? '')).toMatchObject({ type: 'consent-withdrawn', reason: 'operator', actor: { kind: 'operator', id: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    const { actor } = JSON.parse(last?.bytes.toString() ?? '') as { actor: { id: string } };
    expect(await sql('SELECT reader, what FROM reads')).toEqual([{ reader: expect.stringMatching(/^cli:/), what: `recovery, as the operator ${actor.id}` }]);
  });

  test('stays closed while a consent that must be withdrawn is for a purpose that its old catalogue does not know, until the newest is given', async () => {
    const { restore, newcomer } = await lostDay();
    await restore();
    await sql(`UPDATE catalogues SET sha256 = repeat('a', 64), body = jsonb_set(body::jsonb, '{definitions}', (SELECT jsonb_agg(d) FROM jsonb_array_elements(body::jsonb -> 'definitions') d WHERE d ->> 'id' <> 'newsletter'))::text`);
    const { code, stdout, stderr } = await recover();
    expect([code, stdout, stderr]).toEqual([2, expect.stringContaining(`person ${newcomer}: missing key, email; NOT withdrawn: newsletter`), expect.stringContaining('give the newest one (--catalogue)')]);
    await expect(freshness().demand()).rejects.toBeInstanceOf(DatabaseBehind);
    const again = await recover('--catalogue', 'libs/catalogue/data/advansor');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`person ${newcomer}: missing key, email; withdrawn: newsletter`)]);
    await freshness().demand();
  });

  test('says of how many erased people the suppression is lost: they were first known after it', async () => {
    const restore = await backup();
    await erase(await world.decide(['grant'], { email: 'brief@example.se' }));
    await erase(await world.decide(['grant']));
    await world.publish();
    await restore();
    const { code, stdout } = await recover();
    expect([code, stdout]).toEqual([0, expect.stringContaining('erased again 2 people')]);
    expect(stdout).toContain('the suppressions of at least 1 of the erased are lost: people first known after the backup. So are those of addresses that people known before were given since; an import can take them up again');
  });

  test('withdraws nothing from somebody whose address lies with a part of him, and finds who has lost the address he was given last', async () => {
    const { pool, id, catalogue } = world.fresh;
    const purposes = [...catalogue.purposes.values()].filter(({ holder }) => holder === 'person');
    const two = { pool, ledger: id, appender: world.fresh.ledger, purposes, publications: catalogue.publications };
    const [part, home] = [await world.decide(['grant'], { email: 'part@example.se' }), await world.decide(['grant'], { email: 'home@example.se' })];
    const [moved, end] = [await world.decide(['grant'], { email: 'old@example.se' }), await world.decide(['grant'], { email: 'end@example.se' })];
    await world.publish();
    const restore = await backup();
    const merged = (await mergeFrom(two, { person: part, into: home, request: uuidv7(), actor: { kind: 'operator', id: 'test' } })).at(-1);
    if (!merged) throw new Error('nothing was merged');
    await mergeInto(two, merged);
    const viaId = (await sql<{ id: string }>('SELECT id FROM identifiers WHERE person = $1', [part]))[0]?.id ?? '';
    await changeConsent(world.fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: home, kind: 'person', via: { kind: 'email', id: viaId } }], wishes: [{ purpose: catalogue.purposes.get('newsletter') as never, decision: 'withdraw' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
    const further = (await mergeFrom(two, { person: home, into: end, request: uuidv7(), actor: { kind: 'operator', id: 'test' } })).at(-1);
    if (!further) throw new Error('nothing was merged');
    await mergeInto(two, further);
    await changeConsent(world.fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: end, kind: 'person', via: { kind: 'email', id: viaId } }], wishes: [{ purpose: catalogue.purposes.get('newsletter') as never, decision: 'withdraw' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
    const [late, into] = [await world.decide(['grant'], { email: 'late@example.se' }), await world.decide(['grant'], { person: newHolderId(), evidence: {} })];
    const lost = (await mergeFrom(two, { person: late, into, request: uuidv7(), actor: { kind: 'operator', id: 'test' } })).at(-1);
    if (!lost) throw new Error('nothing was merged');
    await mergeInto(two, lost);
    const old = (await sql<{ id: string }>('SELECT id FROM identifiers WHERE person = $1', [moved]))[0]?.id ?? '';
    const fact = { added: [{ id: newHolderId(), kind: 'email' }], removed: [{ id: old, kind: 'email' }] };
    await world.fresh.ledger.append(personCall({ request: uuidv7(), holder: { person: moved, kind: 'person' }, actor: { kind: 'operator', id: 'test' }, purposes, decide: ({ person, recordedAt }) => [{ purpose: '~person', draft: { type: 'identifiers-changed', occurredAt: recordedAt, fact, after: personAfter(person) } }] }));
    await world.publish();
    await restore();
    const { stdout } = await recover();
    expect(stdout).toContain(`person ${moved}: missing email; withdrawn: newsletter`);
    expect(stdout).toContain(`person ${into}: missing key, email`);
    for (const kept of [part, home, end, late]) expect(stdout).not.toContain(kept);
  });

  test('withdraws nothing from somebody who lost nothing, and who stopped by the link of a mail to an address that was corrected away long before', async () => {
    const { pool, catalogue } = world.fresh;
    const purposes = [...catalogue.purposes.values()].filter(({ holder }) => holder === 'person');
    const person = await world.decide(['grant'], { email: 'before@example.se' });
    const old = (await sql<{ id: string }>('SELECT id FROM identifiers WHERE person = $1', [person]))[0]?.id ?? '';
    const notice = catalogue.notices.get('newsletter-signup\n1.3\nsv');
    const say = (purpose: string, decision: 'grant' | 'withdraw') =>
      changeConsent(world.fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person', via: { kind: 'email', id: old } }], wishes: [{ purpose: catalogue.purposes.get(purpose) as never, decision }], notice, actor: { kind: 'system', id: 'crm' }, evidence: {} }));
    await say('electronic-marketing', 'grant');
    const fact = { added: [], removed: [{ id: old, kind: 'email' }] };
    await world.fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'operator', id: 'test' }, purposes, decide: (view) => [{ purpose: '~person', draft: { type: 'identifiers-changed', occurredAt: view.recordedAt, fact, after: personAfter(view.person) } }] }));
    await pool.query('DELETE FROM identifiers WHERE person = $1', [person]);
    await world.publish();
    const restore = await backup();
    await say('newsletter', 'withdraw');
    await world.publish();
    await restore();
    const { code, stdout } = await recover();
    expect([code, stdout]).toEqual([0, expect.not.stringContaining(person)]);
    const standing = await sql<{ purpose: string }>(`SELECT purpose FROM heads WHERE person = $1 AND allowed ORDER BY purpose`, [person]);
    expect(standing).toEqual([{ purpose: 'electronic-marketing' }]);
  });

  test('gives what waited in its outbox the index that it was signed with, once', async () => {
    const { restore, waiting } = await lostDay();
    const signed = await sql('SELECT idx FROM leaves WHERE person = $1', [waiting]);
    await restore();
    expect(await sql('SELECT 1 FROM outbox WHERE person = $1', [waiting])).toHaveLength(1);
    await recover();
    expect(await sql('SELECT 1 FROM outbox WHERE person = $1', [waiting])).toEqual([]);
    expect(await sql('SELECT idx FROM leaves WHERE person = $1', [waiting])).toEqual(signed);
  });

  test('may be recovered again after a kill, and stays closed in between', async () => {
    const { restore, before, newcomer } = await lostDay();
    await restore();
    const child = cli.start(['recover', '--log', world.root]);
    const ended = new Promise((resolve) => child.once('close', resolve));
    for (;;) {
      const begun = await sql(`SELECT 1 FROM leases WHERE role = 'recover'`);
      if (begun.length > 0 || child.exitCode !== null) break;
    }
    child.kill('SIGKILL');
    await ended;
    const left = await sql(`SELECT 1 FROM leases WHERE role = 'recover'`);
    if (left.length > 0) await expect(freshness().demand()).rejects.toBeInstanceOf(DatabaseBehind);
    const { code, stdout } = await recover();
    expect(code).toBe(0);
    if (left.length > 0) expect(stdout + (await sql<{ n: string }>(`SELECT count(*) AS n FROM events WHERE person = $1`, [newcomer]))[0]?.n).toMatch(/missing key, email|2$/);
    await freshness().demand();
    for (const event of before) expect(await events()).toContainEqual(event);
    expect(await world.audit({ evidence: false })).toEqual([]);
  });

  test('that was written to against all warnings is not touched: the first contradiction is named', async () => {
    const { restore, leaver } = await lostDay();
    await restore();
    await world.decide(['withdraw'], { person: leaver });
    const state = await events();
    const { code, stderr } = await recover();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`person ${leaver}, purpose newsletter, version 2: the database has another event 2 than the signed log at index \\d+`));
    expect(await events()).toEqual(state);
  });

  test.each(['prev', 'ledger'] as const)('is not brought up to a log in which an event has another %s than its place asks for', async (member) => {
    const leaver = await world.decide(['grant'], { email: 'leaver@example.se' });
    await world.publish();
    const restore = await backup();
    await world.decide(['withdraw'], { person: leaver });
    const wrong = { prev: 'a'.repeat(64), ledger: 'consent.elsewhere.test/ledger' }[member];
    await sql(`UPDATE events SET bytes = convert_to(regexp_replace(convert_from(bytes, 'UTF8'), $2, $3), 'UTF8') WHERE person = $1 AND seq = 2`, [leaver, `"${member}":"[^"]*"`, `"${member}":"${wrong}"`]);
    await world.publish();
    await restore();
    const count = (await events()).length;
    const { code, stderr } = await recover();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/at index \d+ of the signed log/)]);
    expect(await events()).toHaveLength(count);
  });

  test('names a consent that cannot be withdrawn, since its purpose no longer rests on one, and opens', async () => {
    const { restore, newcomer } = await lostDay();
    await restore();
    const [kept] = await sql<{ body: string }>('SELECT body FROM catalogues ORDER BY number DESC LIMIT 1');
    const catalogue = JSON.parse(kept?.body ?? '') as { definitions: (Purpose & { definition: string })[] };
    const told = ({ definition, ...purpose }: Purpose & { definition: string }): Purpose & { definition: string } => {
      if (purpose.id !== 'newsletter') return { ...purpose, definition };
      const changed: Purpose = { ...purpose, choice: 'told', basis: 'eu-gdpr:A6-1-b' };
      return { ...changed, definition: definitionOf(changed) };
    };
    await sql('UPDATE catalogues SET body = $1', [JSON.stringify({ ...catalogue, definitions: catalogue.definitions.map(told) })]);
    const { code, stdout } = await recover();
    expect([code, stdout]).toEqual([0, expect.stringContaining(`person ${newcomer}: missing key, email; NOT withdrawn: newsletter`)]);
    expect(stdout).toContain('stand still on newsletter');
    await freshness().demand();
  });

  test('is not recovered while a relay leads, nor from a log that is damaged', async () => {
    const { restore } = await lostDay();
    await restore();
    await sql(`UPDATE leases SET expires_at = '-infinity' WHERE role = 'relay'`);
    const lease = new Lease(world.fresh.pool, world.fresh.id, 'relay', '00000000-0000-4000-8000-000000000001');
    let held = await lease.take();
    const renewing = setInterval(() => void (held && lease.renew(held).then((next) => (held = next ?? held))), 300);
    const { code, stderr } = await recover();
    clearInterval(renewing);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/the relay holds its lease/)]);
    const { writeFile } = await import('node:fs/promises');
    const { join } = await import('node:path');
    await writeFile(join(world.root, 'checkpoint'), ((await world.folder.checkpoint()) ?? '').replace(/\n(\d+)\n/, '\n1$1\n'));
    expect((await recover()).stderr).toMatch(/not signed by/);
  });
});
