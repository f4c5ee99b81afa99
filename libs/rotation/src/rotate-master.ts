import { isWrapping, mastersBeside, personKeysOf, preparedKey, readKeyring, removeMasters, useMaster, type PersonKeys } from '#vault';
import { begin, end, RotationRefused, standingOf } from './chain-row.js';
import { PAGE, throughAll, type Pages } from './rewrap-page.js';
import type { Rotated, RotationOptions } from './rotate-lookup.js';

const CHAIN = { chain: 'master', table: 'person_keys' } as const;

interface Stored {
  person: string;
  master: string;
  wrapped: Buffer;
}

const LEFT = 'FROM person_keys WHERE ledger = $1 AND master <> $2';
/** Sealed under keys of their own for a day at most, so nobody wraps them anew. */
const WAITING = `
SELECT (SELECT count(*) FROM held_withdrawals WHERE ledger = $1 AND master <> $2) + (SELECT count(*) FROM uploads WHERE ledger = $1 AND master <> $2) AS n`;
const NOBODY = '00000000-0000-0000-0000-000000000000';
const WRAP = `
UPDATE person_keys k SET master = $5, wrapped = n.new FROM unnest($2::uuid[], $3::bytea[], $4::bytea[]) AS n(person, old, new)
WHERE k.ledger = $1 AND k.person = n.person AND k.wrapped = n.old`;

/** The name of the next master key: the one a rotation under way moves to, one that lies ready, or a new one. */
export async function prepareMaster({ pool, ledger, keyring }: RotationOptions): Promise<string> {
  const { phase, key } = await standingOf(pool, ledger, CHAIN.chain);
  const { master } = readKeyring(keyring);
  const inUse = key ?? master.current;
  if (!(inUse in master.keys)) throw new RotationRefused(`the keyring ${keyring} is not the one that this ledger uses: it lacks the master key ${inUse}. Bring the right one here first; nothing was changed`);
  return isWrapping(phase) ? inUse : preparedKey(keyring, inUse);
}

const NAMES = 'SELECT DISTINCT master FROM person_keys WHERE ledger = $1';
const ONE = 'SELECT person, master, wrapped FROM person_keys WHERE ledger = $1 AND master = $2 LIMIT 1';

/** One row of each master is opened before anything is written: a wrong keyring must not stop a rotation half way. */
async function needAll({ pool, ledger, keyring }: RotationOptions): Promise<void> {
  const keys = personKeysOf(readKeyring(keyring));
  const { rows } = await pool.query<{ master: string }>(NAMES, [ledger]);
  for (const { master } of rows) {
    const sample = (await pool.query<Stored>(ONE, [ledger, master])).rows[0];
    if (sample && !opens(keys, sample)) throw new RotationRefused(`the keyring ${keyring} is not the one that this ledger uses: its master key ${master} is missing or another. Nothing was changed`);
  }
}

function opens(keys: PersonKeys, { person, ...stored }: Stored): boolean {
  try {
    return keys.unwrap(person, stored).length === 32;
  } catch {
    return false;
  }
}

function pagesOf({ pool, ledger, pageSize = PAGE }: RotationOptions, keys: PersonKeys, name: string): Pages<Stored> {
  return {
    count: { text: `SELECT count(*) AS n ${LEFT}`, values: [ledger, name] },
    keyOf: ({ person }) => person,
    async read(after) {
      const { rows } = await pool.query<Stored>(`SELECT person, master, wrapped ${LEFT} AND person > $3 ORDER BY person LIMIT ${pageSize}`, [ledger, name, after ?? NOBODY]);
      return rows;
    },
    async write(rows) {
      const wrapped = rows.map(({ person, ...stored }) => keys.rewrap(person, stored, name).wrapped);
      await pool.query(WRAP, [ledger, rows.map(({ person }) => person), rows.map((row) => row.wrapped), wrapped, name]);
    },
  };
}

/**
 * Makes another master key the one that wraps people's keys, and wraps every key anew, while the ledger is in use. The
 * keys themselves stay, so nothing sealed changes; a key that was destroyed meanwhile stays destroyed. From the beginning
 * on no process wraps by an old master. May be killed and run again: it goes on where it was.
 */
export async function rotateMaster(options: RotationOptions): Promise<Rotated> {
  const { pool, ledger, keyring, onProgress = () => undefined } = options;
  await needAll(options);
  const before = await standingOf(pool, ledger, CHAIN.chain);
  const name = await prepareMaster(options);
  const phase = isWrapping(before.phase) ? before.phase : before.phase + 1;
  if (!isWrapping(before.phase)) await begin(pool, { ledger, ...CHAIN, phase, key: name });
  useMaster(keyring, name);
  const keys = personKeysOf(readKeyring(keyring));
  const rows = await throughAll(pool, pagesOf(options, keys, name), onProgress);
  if (!(await end(pool, { ledger, ...CHAIN, phase }, { where: 'master <> $4', value: name }))) {
    throw new RotationRefused('the rotation of the master key was ended by somebody else, or rows are left; run this again');
  }
  return { key: name, rows };
}

/**
 * Removes old master keys from the keyring; gives their names. Refused while a rotation runs or a row names one. No new row
 * can: since the rotation began, the append refuses every master but the one in use. Backups from before cannot be opened
 * without the removed keys.
 */
export async function removeOldMasters({ pool, ledger, keyring }: RotationOptions): Promise<string[]> {
  const { phase, key } = await standingOf(pool, ledger, CHAIN.chain);
  if (key === null) throw new RotationRefused('the master key was never rotated: there is no old one');
  if (isWrapping(phase)) throw new RotationRefused('a rotation of the master key is under way: run `samtycke keys rotate master` to its end first');
  const { rows } = await pool.query<{ n: string }>(`SELECT count(*) AS n ${LEFT}`, [ledger, key]);
  if (rows[0]?.n !== '0') throw new RotationRefused(`${rows[0]?.n} keys of people are still wrapped by an old master key`);
  const waiting = (await pool.query<{ n: string }>(WAITING, [ledger, key])).rows[0]?.n;
  if (waiting !== '0') throw new RotationRefused(`${waiting} held withdrawals or unused uploads are still sealed under an old master key; they are gone within a day`);
  const ring = readKeyring(keyring);
  if (ring.master.current !== key) throw new RotationRefused(`the keyring ${keyring} does not use the ledger's master key ${key}`);
  const old = mastersBeside(ring, key);
  removeMasters(keyring, old);
  return old;
}
