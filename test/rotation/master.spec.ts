import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { holdWithdrawal, listHeld, openHeld } from '#held';
import { eraseHeld, Unavailable } from '#ledger';
import { prepareMaster, removeOldMasters, RotationRefused, rotateMaster, standingOf } from '#rotation';
import { createKeyring, open, openEvidence, readKeyring, subjectKeysOf, suppressionKeysOf, type PersonKeys } from '#vault';
import { Uploads } from '../../apps/api/src/evidence/uploads.js';
import { email, Killed, killAfterOnePage, rotationWorld, type Process, type World } from './world.js';

let world: World;
let early: Process;
const people = new Map<string, string>();

beforeAll(async () => {
  world = await rotationWorld();
  early = world.start();
  await Promise.all(
    Array.from({ length: 50 }, async (_, at) => {
      const address = `person.${at}@example.se`;
      people.set(address, (await early.grant(address)).person);
    }),
  );
});
afterAll(async () => {
  await world.close();
});

interface Held {
  person: string;
  id: string;
  value: Buffer;
  master: string;
  wrapped: Buffer;
  event: string;
  kinds: string;
  sealed: Buffer;
}

/** Opens everybody's address and evidence with a process's keys. */
async function everythingOpensFor(keys: PersonKeys): Promise<void> {
  const { rows } = await world.fresh.pool.query<Held>(
    `SELECT k.person, k.master, k.wrapped, i.id, i.sealed AS value, v.event, v.kinds, v.sealed FROM person_keys k
     JOIN identifiers i USING (ledger, person) JOIN evidence v USING (ledger, person)`,
  );
  const { origin } = world.fresh.keyring;
  const opened = new Map<string, string>();
  for (const { person, id, value, event, kinds, sealed, ...stored } of rows) {
    const key = keys.unwrap(person, stored);
    const address = open(key, `${origin}|${person}|identifier|${id}`, value).toString();
    opened.set(address, person);
    expect(openEvidence(key, { ledger: origin, person, event }, kinds, sealed).map(({ kind, item }) => `${kind} ${item.toString()}`)).toEqual([`identifier ${address}`, 'ip 192.0.2.0/24']);
  }
  expect(opened).toEqual(people);
}

async function masters(): Promise<Record<string, number>> {
  const { rows } = await world.fresh.pool.query<{ master: string; n: string }>('SELECT master, count(*) AS n FROM person_keys GROUP BY 1');
  return Object.fromEntries(rows.map(({ master, n }) => [master, Number(n)]));
}

test('a rotation that is killed leaves keys under two masters, and everything opens for processes from before and since', async () => {
  await expect(rotateMaster(world.options({ onProgress: killAfterOnePage }))).rejects.toBeInstanceOf(Killed);
  const { current } = readKeyring(world.keyring).master;
  expect(await masters()).toEqual({ k1: 30, [current]: 20 });
  expect(statSync(world.keyring).mode & 0o777).toBe(0o600);
  await everythingOpensFor(early.keys);
  await everythingOpensFor(world.start().keys);
});

test('new people get the master in use from a process that had not heard of it', async () => {
  const { current } = readKeyring(world.keyring).master;
  people.set('born.meanwhile@example.se', (await early.grant('born.meanwhile@example.se')).person);
  expect(await masters()).toEqual({ k1: 30, [current]: 21 });
});

test('the old key cannot be removed while a row uses it, nor while a rotation is under way', async () => {
  const before = readFileSync(world.keyring, 'utf8');
  await expect(removeOldMasters(world.options())).rejects.toThrow(/under way/);
  await world.fresh.pool.query(`UPDATE key_chains SET phase = phase + 1 WHERE chain = 'master'`);
  await expect(removeOldMasters(world.options())).rejects.toThrow('30 keys of people are still wrapped by an old master key');
  await world.fresh.pool.query(`UPDATE key_chains SET phase = phase - 1 WHERE chain = 'master'`);
  expect(readFileSync(world.keyring, 'utf8')).toBe(before);
});

test('who is erased while it runs stays erased: a destroyed key is not written again', async () => {
  const gone = 'person.49@example.se';
  const person = people.get(gone) ?? '';
  const { fresh } = world;
  let erased = false;
  const { rows } = await rotateMaster(
    world.options({
      pageSize: 60,
      pool: beforeEachUpdate(async () => {
        await eraseHeld({ pool: fresh.pool, ledger: fresh.id, origin: fresh.keyring.origin, keys: world.start().keys, suppressionKeys: suppressionKeysOf(readKeyring(world.keyring)), subjectKeys: subjectKeysOf(readKeyring(world.keyring)) }, person, { suppress: false });
        erased = true;
      }),
    }),
  );
  people.delete(gone);
  expect([erased, rows]).toEqual([true, 30]);
  expect((await fresh.pool.query('SELECT FROM person_keys WHERE person = $1', [person])).rowCount).toBe(0);
  expect(await masters()).toEqual({ [readKeyring(world.keyring).master.current]: 50 });
  await everythingOpensFor(early.keys);
});

test('once no row uses it the old key goes, and everything opens with what is left', async () => {
  expect(await removeOldMasters(world.options())).toEqual(['k1']);
  const { current, keys } = readKeyring(world.keyring).master;
  expect(Object.keys(keys)).toEqual([current]);
  expect(statSync(world.keyring).mode & 0o777).toBe(0o600);
  await everythingOpensFor(world.start().keys);
  expect(await removeOldMasters(world.options())).toEqual([]);
});

test('what a process seals apart that had not heard of the new key, a held withdrawal and an upload, opens without the old one', async () => {
  const behind = world.start();
  await rotateMaster(world.options());
  await removeOldMasters(world.options());
  const { pool, id: ledger, keyring: { origin } } = world.fresh;
  const said = { subject: { identifiers: [email('held@example.se')] }, wishes: [{ purpose: 'newsletter', decision: 'withdraw' as const }], actor: { kind: 'unverified' as const, id: 'website' }, evidence: {}, occurredAt: '2026-11-28T10:00:00.000000Z' };
  await holdWithdrawal({ pool, ledger, origin, keys: behind.keys, subjectKeys: subjectKeysOf(readKeyring(world.keyring)) }, said);
  const scan = Buffer.from('%PDF-1.7 a form');
  const { id } = await new Uploads(pool, ledger, origin, behind.keys).take(Readable.from([scan]), 'crm');
  const { keys } = world.start();
  const [held] = await listHeld({ pool, ledger });
  expect(held && openHeld({ origin, keys }, held)).toEqual(said);
  expect(await new Uploads(pool, ledger, origin, keys).read(id, 'crm')).toEqual(scan);
  for (const table of ['held_withdrawals', 'upload_parts', 'uploads']) await pool.query(`DELETE FROM ${table}`);
});

test('a process that never gets the new key writes nobody new and reads nothing wrong: it says that the key is missing', async () => {
  const behind = world.start({ reads: false });
  const name = await prepareMaster(world.options());
  expect(await prepareMaster(world.options())).toBe(name);
  people.set('prepared@example.se', (await behind.grant('prepared@example.se')).person);
  await rotateMaster(world.options());
  await expect(behind.grant('nobody.yet@example.se')).rejects.toBeInstanceOf(Unavailable);
  await expect(everythingOpensFor(behind.keys)).rejects.toThrow(`master key ${name} is not in the keyring`);
  expect(await early.find('nobody.yet@example.se')).toEqual([]);
  await everythingOpensFor(early.keys);
});

test('people who come while it runs, by processes old and new, are all under the master in use when it ends', async () => {
  const processes = [early, world.start(), world.start()];
  // Enough pages of one that others come in between.
  await Promise.all(Array.from({ length: 40 }, async (_, at) => people.set(`before.${at}@example.se`, (await early.grant(`before.${at}@example.se`)).person)));
  let rotating = true;
  const rotation = rotateMaster(world.options({ pageSize: 1 })).finally(() => (rotating = false));
  let number = 0;
  while (rotating) {
    const born = processes.map(async (process) => {
      const address = `newcomer.${(number += 1)}@example.se`;
      people.set(address, (await process.grant(address)).person);
    });
    await Promise.all(born);
  }
  const { key } = await rotation;
  expect(number).toBeGreaterThan(3);
  expect(await masters()).toEqual({ [key]: people.size });
  await removeOldMasters(world.options());
  await everythingOpensFor(world.start().keys);
});

test.each([
  ['another one of the same names', () => ({ ...readKeyring(world.keyring), master: { current: readKeyring(world.keyring).master.current, keys: { [readKeyring(world.keyring).master.current]: createKeyring('x').master.keys.k1 } } })],
  ['one from before', () => ({ ...readKeyring(world.keyring), master: createKeyring('x').master })],
])('with a wrong keyring (%s) nothing begins, and neither file nor database changes', async (_, wrong) => {
  const right = readFileSync(world.keyring, 'utf8');
  const before = [await standingOf(world.fresh.pool, world.fresh.id, 'master'), await masters()];
  const text = JSON.stringify(wrong());
  writeFileSync(world.keyring, text);
  try {
    await expect(rotateMaster(world.options())).rejects.toBeInstanceOf(RotationRefused);
    expect(readFileSync(world.keyring, 'utf8')).toBe(text);
    expect([await standingOf(world.fresh.pool, world.fresh.id, 'master'), await masters()]).toEqual(before);
  } finally {
    writeFileSync(world.keyring, right);
  }
});

/** The operator's pool, with something done right before each page is written. */
function beforeEachUpdate(first: () => Promise<void>): World['fresh']['pool'] {
  const { pool } = world.options();
  const watched = Object.create(pool) as typeof pool;
  watched.connect = pool.connect.bind(pool) as typeof pool.connect;
  watched.query = (async (text: string, values: unknown[]) => {
    if (typeof text === 'string' && /UPDATE person_keys/.test(text)) await first();
    return pool.query(text, values);
  }) as never;
  return watched;
}
