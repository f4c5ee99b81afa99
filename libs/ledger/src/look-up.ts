import type { Pool } from 'pg';
import { KeyMissing, type Identifier, type KeyChain, type Sought } from '#vault';
import { byteas } from './arrays.js';
import { Unavailable, WITHOUT_KEY } from './call.js';
import { Loader } from './loader.js';

/** Where the ledger says that a chain of keys stands; the fingerprint of its newest key once there was a rotation. */
export interface ChainRow {
  phase: number;
  key: string | null;
}

/** Brings a chain to where the ledger's row stands; without the key for it nothing can be answered or written here. */
export function follow(chain: KeyChain, { phase, key }: ChainRow): void {
  try {
    chain.enter(phase, key);
  } catch (error) {
    if (error instanceof KeyMissing) throw new Unavailable(WITHOUT_KEY, 5);
    throw error;
  }
}

/** An identifier of a chain that is looked for. */
export interface Question {
  chain: KeyChain;
  identifier: Identifier;
}

/** How an identifier was looked for, and what stands there. Both belong to one phase of the chain. */
export interface LookedUp<V> {
  sought: Sought;
  found?: V;
}

/** Answers about identifiers from one table. */
export type Looker<V> = Pick<Loader<Question, LookedUp<V>>, 'load'>;

interface Row extends Partial<ChainRow> {
  n: string;
}

interface Table {
  /** Those of a lower number are asked before it. */
  order: number;
  statement: { name: string; text: string };
  value: (row: Row) => unknown;
}

interface Asked extends Question {
  table: Table;
}

/** Unavailable: one without its chain's key. */
type Answer = LookedUp<unknown> | Unavailable;

const TRIES = 8;

/** Both values that an identifier may stand under, as long as a rotation runs; else the one. */
const valuesOf = ({ lookup, former }: Sought): Buffer[] => (former ? [lookup, former] : [lookup]);

/** The questions of one statement: to one table, under one chain's keys. */
class Group {
  readonly asked: Asked[] = [];
  private sought: Sought[] = [];
  /** For each value of the statement, its question. */
  private places: number[] = [];

  constructor(
    readonly table: Table,
    readonly chain: KeyChain,
  ) {}

  query(ledger: number): { name: string; text: string; values: unknown[] } {
    this.sought = this.asked.map(({ identifier }) => this.chain.of(identifier));
    this.places = this.sought.flatMap((one, at) => valuesOf(one).map(() => at));
    return { ...this.table.statement, values: [ledger, byteas(this.sought.flatMap(valuesOf)), this.chain.phase] };
  }

  answers(rows: readonly Row[]): LookedUp<unknown>[] {
    const answers: LookedUp<unknown>[] = this.sought.map((sought) => ({ sought }));
    for (const row of rows) {
      const answer = answers[this.places[Number(row.n) - 1] ?? -1];
      if (answer) answer.found = this.table.value(row);
    }
    return answers;
  }
}

/** Where a chain stands, if that is another phase than the one that was asked in: then the rows tell nothing. */
function elsewhere(rows: readonly Row[]): ChainRow | undefined {
  const row = rows.find(({ n }) => n === '0');
  return row && { phase: row.phase ?? 0, key: row.key ?? null };
}

/** What `act` throws for want of a key. */
function unavailable(act: () => void): Unavailable | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Unavailable) return error;
    throw error;
  }
}

/** One statement for each table and chain, in the order of the tables. */
function groupsOf(asked: readonly Asked[]): Group[] {
  const groups: Group[] = [];
  for (const one of asked) {
    let group = groups.find(({ table, chain }) => table === one.table && chain === one.chain);
    if (!group) groups.push((group = new Group(one.table, one.chain)));
    group.asked.push(one);
  }
  return groups.sort((one, other) => one.table.order - other.table.order);
}

/** In order on one connection; where it is pipelined, they travel together. */
async function askTogether(pool: Pool, queries: { name: string; text: string; values: unknown[] }[]): Promise<Row[][]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const results = await Promise.all(queries.map((query) => client.query<Row>(query)));
    return results.map(({ rows }) => rows);
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Looks identifiers up under the keys in use. A statement answers only in the phase it was asked in (its snapshot sees
 * the chain's row and the look-ups at once); else the chain follows and the question is asked again. What one call asks of
 * several tables in one turn is answered in the tables' order: the later sees nothing that is older than what the first saw.
 */
export class LookUps {
  private readonly loader: Loader<Asked, Answer>;
  private tables = 0;

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {
    this.loader = new Loader((asked) => this.answer(asked));
  }

  table<R extends Row, V>(name: string, text: string, value: (row: R) => V): Looker<V> {
    const table: Table = { order: this.tables++, statement: { name, text }, value: value as Table['value'] };
    return {
      load: async (question) => {
        const answer = await this.loader.load({ ...question, table });
        if (answer instanceof Unavailable) throw answer;
        return answer as LookedUp<V> | undefined;
      },
    };
  }

  private async answer(asked: Asked[]): Promise<(Answer | undefined)[]> {
    const answers = new Map<Asked, Answer>();
    let open = groupsOf(asked);
    const refuse = (group: Group, why: Unavailable): void => group.asked.forEach((one) => answers.set(one, why));
    for (let attempt = 0; attempt < TRIES && open.length > 0; attempt += 1) {
      const rows = await askTogether(this.pool, open.map((group) => group.query(this.ledger)));
      const moved = rows.map(elsewhere);
      if (moved.every((place) => place === undefined)) {
        open.forEach((group, at) => group.answers(rows[at] ?? []).forEach((answer, place) => answers.set(group.asked[place] as Asked, answer)));
        return asked.map((one) => answers.get(one));
      }
      // Also what was answered is asked again: in order.
      open = open.filter((group, at) => {
        const why = moved[at] && unavailable(() => follow(group.chain, moved[at] as ChainRow));
        if (why) refuse(group, why);
        return !why;
      });
    }
    open.forEach((group) => refuse(group, new Unavailable('the keys of the ledger change faster than they can be followed')));
    return asked.map((one) => answers.get(one));
  }
}

/** What is known of an identifier; throws where the question got no answer. */
export async function lookUp<V>(looker: Looker<V>, chain: KeyChain, identifier: Identifier): Promise<LookedUp<V>> {
  const answer = await looker.load({ chain, identifier });
  if (!answer) throw new Unavailable('the database does not answer', 2);
  return answer;
}
