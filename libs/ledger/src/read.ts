import type { Pool } from 'pg';
import type { HolderKind } from '#contracts';
import type { PersonState, Stream } from '#consent';
import { texts, uuids } from './arrays.js';
import { Loader } from './loader.js';
import { LookUps, type Looker } from './look-up.js';
import { personOf } from './person.js';
import { READ_ANSWERS, READ_HEADS, READ_IDENTIFIERS, READ_KINDS, READ_PERSONS, READ_SUPPRESSIONS } from './sql.js';

export interface FoundIdentifier {
  id: string;
  person: string;
}

export interface FirstAnswer {
  bodyHash: Buffer;
  answer: string;
}

/** Puts rows that carry their question's number `n` (from 1) back into the order of the questions. */
function inOrder<R extends { n: string }, V>(count: number, rows: R[], value: (row: R) => V | undefined): (V | undefined)[] {
  const values = new Array<V | undefined>(count).fill(undefined);
  for (const row of rows) values[Number(row.n) - 1] = value(row);
  return values;
}

/** Questions to the ledger's tables, batched as they come. None of them sees the future of another. */
export class Reader {
  readonly identifiers: Looker<FoundIdentifier>;
  /** Whether an identifier, under the suppression keys, belongs to somebody who was erased; asked in the turn of `identifiers`, it is answered after it. */
  readonly suppressions: Looker<true>;
  readonly heads: Loader<{ person: string; purpose: string }, Stream>;
  readonly kinds: Loader<string, HolderKind>;
  /** What holds for a whole person, where anything does. */
  readonly persons: Loader<string, PersonState>;
  readonly answers: Loader<{ scope: string; key: string }, FirstAnswer>;
  constructor(pool: Pool, ledger: number) {
    const lookUps = new LookUps(pool, ledger);
    this.identifiers = lookUps.table('read-identifiers', READ_IDENTIFIERS, ({ id, person }: FoundIdentifier & { n: string }) => ({ id, person }));
    this.suppressions = lookUps.table('read-suppressions', READ_SUPPRESSIONS, () => true as const);
    this.heads = new Loader(async (keys) => {
      const values = [ledger, uuids(keys.map((key) => key.person)), texts(keys.map((key) => key.purpose))];
      const { rows } = await pool.query<{ n: string; state: string }>({ name: 'read-heads', text: READ_HEADS, values });
      return inOrder(keys.length, rows, (row) => JSON.parse(row.state) as Stream);
    });
    this.kinds = new Loader(async (persons) => {
      const query = { name: 'read-kinds', text: READ_KINDS, values: [ledger, uuids(persons)] };
      const { rows } = await pool.query<{ n: string; kind: HolderKind }>(query);
      return inOrder(persons.length, rows, (row) => row.kind);
    });
    this.persons = new Loader(async (persons) => {
      const query = { name: 'read-persons', text: READ_PERSONS, values: [ledger, uuids(persons)] };
      const { rows } = await pool.query<{ n: string; state: string }>(query);
      return inOrder(persons.length, rows, personOf);
    });
    this.answers = new Loader(async (keys) => {
      const values = [ledger, texts(keys.map((key) => key.scope)), texts(keys.map((key) => key.key))];
      const { rows } = await pool.query<{ n: string; body_hash: Buffer; answer: string }>({ name: 'read-answers', text: READ_ANSWERS, values });
      return inOrder(keys.length, rows, (row) => ({ bodyHash: row.body_hash, answer: row.answer }));
    });
  }
}

const MOST_MERGES = 16;

/** Somebody, and whomever he was merged into, one after the other. */
export async function wayHome(reader: Reader, person: string): Promise<string[]> {
  const way = [person];
  for (let home = person; way.length <= MOST_MERGES; way.push(home)) {
    const into = (await reader.persons.load(home))?.mergedInto;
    if (into === undefined) return way;
    home = into;
  }
  return way;
}

/** The person that somebody is today: himself, or whoever he was merged into, however often. */
export const homeOf = async (reader: Reader, person: string): Promise<string> => (await wayHome(reader, person)).at(-1) ?? person;
