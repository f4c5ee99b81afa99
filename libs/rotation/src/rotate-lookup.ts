import type { Pool } from 'pg';
import { addKey, fingerprintOf, isWrapping, keysIn, lookupChainOf, readKeyring, suppressionChainOf, wrapLookup, type ChainName } from '#vault';
import { begin, end, RotationRefused, standingOf } from './chain-row.js';
import type { OnProgress } from './progress.js';
import { PAGE, throughAll, type Pages } from './rewrap-page.js';
import { isTheKeyringOf } from './right-keyring.js';

export interface RotationOptions {
  pool: Pool;
  ledger: number;
  /** Path of the keyring's file. */
  keyring: string;
  /** Rows that are wrapped by one statement. */
  pageSize?: number;
  onProgress?: OnProgress;
}

export interface Rotated {
  /** Name or fingerprint of the key now in use. */
  key: string;
  /** Rows that this run wrapped; fewer than there are where an earlier run did some. */
  rows: number;
}

const TABLES = { lookup: 'identifiers', suppression: 'suppressions' } as const;
const CHAINS = { lookup: lookupChainOf, suppression: suppressionChainOf };

/** The keys of a chain, checked against what the ledger says it uses. */
function keysOf(path: string, chain: ChainName, inUse: number, fingerprint: string | null): Buffer[] {
  const keys = CHAINS[chain](readKeyring(path));
  const newest = keys[inUse - 1];
  if (!newest || (fingerprint !== null && fingerprintOf(newest) !== fingerprint)) {
    throw new RotationRefused(`the keyring ${path} is not the one that this ledger uses: it lacks ${chain} key number ${inUse}. Bring the right one here first; nothing was changed`);
  }
  return keys;
}

/** Adds the next key of a chain to the keyring, once, without using it. */
export async function prepareLookup({ pool, ledger, keyring }: RotationOptions, chain: ChainName): Promise<string> {
  const { phase, key } = await standingOf(pool, ledger, chain);
  const inUse = keysIn(phase);
  const keys = keysOf(keyring, chain, inUse, key);
  if (!(await isTheKeyringOf(pool, ledger, readKeyring(keyring)))) throw new RotationRefused(`the keyring ${keyring} is not the one that this ledger uses: its keys do not find what is stored. Nothing was changed`);
  const next = isWrapping(phase) ? keys[inUse - 1] : (keys[inUse] ?? CHAINS[chain](addKey(keyring, chain))[inUse]);
  return fingerprintOf(next as Buffer);
}

interface Stored {
  lookup: Buffer;
}

/** An older entry whose wrapped form stands already says nothing more: only a suppression can be kept twice. */
const DROP = `
DELETE FROM suppressions s USING unnest($2::bytea[], $3::bytea[]) AS n(old, new)
WHERE s.ledger = $1 AND s.lookup = n.old AND EXISTS (SELECT FROM suppressions d WHERE d.ledger = $1 AND d.lookup = n.new)`;

function pagesOf({ pool, ledger, pageSize = PAGE }: RotationOptions, chain: ChainName, key: Buffer, generation: number): Pages<Stored> {
  const table = TABLES[chain];
  const left = `FROM ${table} WHERE ledger = $1 AND generation < $2`;
  const wrap = `
UPDATE ${table} i SET lookup = n.new, generation = $4 FROM unnest($2::bytea[], $3::bytea[]) AS n(old, new)
WHERE i.ledger = $1 AND i.lookup = n.old AND i.generation = $4 - 1`;
  return {
    count: { text: `SELECT count(*) AS n ${left}`, values: [ledger, generation] },
    keyOf: ({ lookup }) => lookup,
    async read(after) {
      const { rows } = await pool.query<Stored>(`SELECT lookup ${left} AND lookup > $3 ORDER BY lookup LIMIT ${pageSize}`, [ledger, generation, after ?? Buffer.alloc(0)]);
      return rows;
    },
    async write(rows) {
      const values = [ledger, rows.map(({ lookup }) => lookup), rows.map(({ lookup }) => wrapLookup(key, lookup))];
      if (chain === 'suppression') await pool.query(DROP, values);
      await pool.query(wrap, [...values, generation]);
    },
  };
}

/**
 * Puts one more key around every stored look-up of a chain, while the ledger is in use. Promises: an identifier is found
 * in every moment, never twice, and claimed once, whatever keyring generation a process still works with; without the new
 * key a process answers 503, never wrongly. May be killed and run again: it goes on where it was. What it cannot do: take
 * a key out; look-ups lie under all of them.
 */
export async function rotateLookup(options: RotationOptions, chain: ChainName): Promise<Rotated> {
  const { pool, ledger, keyring, onProgress = () => undefined } = options;
  const table = TABLES[chain];
  // In this order: a rotation that another operator ends meanwhile is met by `begin`, which moves on from here or not at all.
  const before = await standingOf(pool, ledger, chain);
  const name = await prepareLookup(options, chain);
  const phase = isWrapping(before.phase) ? before.phase : before.phase + 1;
  if (!isWrapping(before.phase)) await begin(pool, { ledger, chain, table, phase, key: name });
  const generation = keysIn(phase);
  const key = keysOf(keyring, chain, generation, name)[generation - 1] as Buffer;
  const pages = pagesOf(options, chain, key, generation);
  const rows = await throughAll(pool, pages, onProgress);
  if (!(await end(pool, { ledger, chain, table, phase }, { where: 'generation < $4', value: generation }))) {
    throw new RotationRefused(`the rotation of the ${chain} key was ended by somebody else, or rows are left; run this again`);
  }
  return { key: name, rows };
}
