import type { Pool, PoolClient } from 'pg';
import { nowMicros, timeText } from '#ledger';
import { compareProjections, stateText } from './compare.js';
import { PersonFold, type World } from './person-fold.js';
import { readRegisters } from './read-registers.js';
import { compareRegisters, isBehind, NO_REGISTERS, RegisterFold, REGISTERS, type Register, type Registers } from './registers.js';
import { AT, copyEvents, copyHeads, copyPersons, eventRows, FIRST, headRow, headRows, personRow, personRows, waitingOf, type Place } from './rows.js';

const PAGE = 100;
const LOCK = 'SELECT FROM persons WHERE ledger = $1 AND person = $2 FOR UPDATE';
const PERSON = `
INSERT INTO persons (ledger, person, kind, seq, step, recorded_us, known_us, hash, state)
VALUES ($1, $2, $3, $4, 1, $5, $5, decode($6, 'hex'), $7)
ON CONFLICT (ledger, person) DO UPDATE SET kind = excluded.kind, seq = excluded.seq, step = 1, recorded_us = excluded.recorded_us,
  known_us = greatest(persons.known_us, excluded.known_us), hash = excluded.hash, state = excluded.state`;
const HEAD = `
INSERT INTO heads (ledger, person, purpose, version, status, allowed, valid_until, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (ledger, person, purpose) DO UPDATE SET version = excluded.version, status = excluded.status,
  allowed = excluded.allowed, valid_until = excluded.valid_until, state = excluded.state`;
const NO_HEADS = 'DELETE FROM heads WHERE ledger = $1 AND person = $2 AND purpose <> ALL ($3)';
const NOBODY = 'DELETE FROM persons WHERE ledger = $1 AND person = $2';

/** What stands in a register goes, and what the fold says comes; of timers only those that lie ahead. */
const CLEAR: Record<Register, string> = {
  rights: 'DELETE FROM rights WHERE ledger = $1 AND person = $2',
  merges: 'DELETE FROM merges WHERE ledger = $1 AND person = $2',
  timers: 'DELETE FROM timers WHERE ledger = $1 AND person = $2 AND until > clock_timestamp()',
  links: 'DELETE FROM links WHERE ledger = $1 AND person = $2',
  grants: 'DELETE FROM grants WHERE ledger = $1 AND person = $2',
};
const WRITE: Record<Register, string> = {
  rights: 'INSERT INTO rights (ledger, person, event, "right", asked_at, due, closed_at, outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
  merges: 'INSERT INTO merges (ledger, person, into_person) SELECT $1, $2, $4 WHERE $3::text IS NOT NULL',
  timers: `INSERT INTO timers (ledger, person, purpose, kind, event, until)
    SELECT $1, $2, split_part($3, chr(10), 1), split_part($3, chr(10), 2), $4, $5::timestamptz WHERE $5::timestamptz > clock_timestamp() ON CONFLICT DO NOTHING`,
  links: 'INSERT INTO links (ledger, person, device) VALUES ($1, $2, $3)',
  grants: `INSERT INTO grants (ledger, person, purpose, version, kind, event, granted_at, recorded_at, notice, notice_version, locale, context, method, point, valid_until, ended_at, ended_by)
    VALUES ($1, $2, split_part($3, chr(10), 1), split_part($3, chr(10), 2)::int, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
};

async function writeRegister(client: PoolClient, ledger: number, person: string, register: Register, folded: Registers): Promise<void> {
  await client.query(CLEAR[register], [ledger, person]);
  for (const [key, row] of folded[register]) {
    const values = register === 'links' ? [] : row.split('\n').map((value) => (value === '' ? null : value));
    await client.query(WRITE[register], [ledger, person, key, ...values]);
  }
}

async function foldOf(client: PoolClient, ledger: number, person: string, world: World): Promise<PersonFold> {
  const fold = new PersonFold(person, world, new RegisterFold());
  const rows = eventRows();
  for (let after: Place | undefined = { ...FIRST, person }; after; ) {
    await copyEvents(rows, client, ledger, { after }, PAGE);
    const waiting = await waitingOf(client, ledger, rows);
    let row = 0;
    for (; row < rows.count && rows.uuid(row, AT.person) === person; row += 1) fold.take(rows, row, waiting.has(row));
    fold.settleAll();
    after = row === PAGE ? { person, seq: fold.seq } : undefined;
  }
  return fold;
}

async function writeFold(client: PoolClient, ledger: number, fold: PersonFold): Promise<void> {
  const { person, kind, seq, recorded, hash, whole, streams } = fold;
  await client.query(NO_HEADS, [ledger, person, [...streams.keys()]]);
  if (seq === 0) {
    await client.query(NOBODY, [ledger, person]);
    return;
  }
  await client.query(PERSON, [ledger, person, kind, seq, recorded, hash, whole === undefined ? null : JSON.stringify(whole)]);
  for (const [purpose, stream] of streams) {
    await client.query(HEAD, [ledger, person, purpose, stream.version, stream.status, stream.allowed, stream.validUntil ?? null, stateText(stream)]);
  }
}

/**
 * Puts one person's projections right, from his events as they stand now: under the lock that every append takes, so the
 * ledger may be in use. Nothing is done where his events themselves are damaged. Tells which registers were left as they are: the
 * worker has not come to his last event.
 */
export async function repairPerson({ pool, ledger, world }: { pool: Pool; ledger: number; world: World }, person: string): Promise<Register[] | 'damaged'> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(LOCK, [ledger, person]);
    const fold = await foldOf(client, ledger, person, world);
    const behind = fold.unsound ? 'damaged' : await putRight(client, ledger, fold);
    await client.query('COMMIT');
    client.release();
    return behind;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

async function putRight(client: PoolClient, ledger: number, fold: PersonFold): Promise<Register[]> {
  const { person, registers } = fold;
  const own = { from: person, to: person };
  const persons = await copyPersons(personRows(), client, ledger, own);
  const row = persons.count > 0 ? personRow(persons, 0, person) : undefined;
  const copied = await copyHeads(headRows(), client, ledger, own);
  const heads = new Map(Array.from({ length: copied.count }, (_, at) => headRow(copied, at, person)).map((head) => [head[1], head]));
  if (fold.seq === 0 || compareProjections(fold, row, heads).length > 0) await writeFold(client, ledger, fold);
  const held = await readRegisters(client, ledger, own);
  const folded = registers?.registers ?? NO_REGISTERS;
  const wrong = compareRegisters(person, held.of.get(person) ?? NO_REGISTERS, folded, { newest: fold.newest, next: held.next, now: timeText(nowMicros()) });
  for (const register of new Set(wrong.map(({ projection }) => projection as Register))) await writeRegister(client, ledger, person, register, folded);
  return REGISTERS.filter((register) => isBehind(register, fold, held));
}
