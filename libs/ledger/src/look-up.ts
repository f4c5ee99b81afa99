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

interface Row extends Partial<ChainRow> {
  n: string;
}

const TRIES = 8;

/** Both values that an identifier may stand under, as long as a rotation runs; else the one. */
const valuesOf = ({ lookup, former }: Sought): Buffer[] => (former ? [lookup, former] : [lookup]);

/**
 * Looks identifiers up under the keys in use. The statement answers only in the phase it was asked in (its snapshot sees
 * the chain's row and the look-ups at once); else the chain follows and the question is asked again.
 */
export function lookUps<R extends Row, V>(pool: Pool, ledger: number, statement: { name: string; text: string }, value: (row: R) => V): Loader<Question, LookedUp<V>> {
  async function ask(chain: KeyChain, identifiers: Identifier[]): Promise<LookedUp<V>[] | ChainRow> {
    const { phase } = chain;
    const sought = identifiers.map((identifier) => chain.of(identifier));
    const values = sought.flatMap((one, at) => valuesOf(one).map((lookup) => ({ lookup, at })));
    const { rows } = await pool.query<R>({ ...statement, values: [ledger, byteas(values.map(({ lookup }) => lookup)), phase] });
    const answers: LookedUp<V>[] = sought.map((one) => ({ sought: one }));
    for (const row of rows) {
      if (row.n === '0') return { phase: row.phase ?? 0, key: row.key ?? null };
      const answer = answers[values[Number(row.n) - 1]?.at ?? -1];
      if (answer) answer.found = value(row);
    }
    return answers;
  }

  async function untilKnown(chain: KeyChain, identifiers: Identifier[]): Promise<LookedUp<V>[]> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const answer = await ask(chain, identifiers);
      if (Array.isArray(answer)) return answer;
      follow(chain, answer);
    }
    throw new Unavailable('the keys of the ledger change faster than they can be followed');
  }

  return new Loader(async (questions) => {
    const answers = new Map<Question, LookedUp<V>>();
    for (const chain of new Set(questions.map((one) => one.chain))) {
      const own = questions.filter((one) => one.chain === chain);
      const found = await untilKnown(chain, own.map(({ identifier }) => identifier));
      own.forEach((question, at) => answers.set(question, found[at] as LookedUp<V>));
    }
    return questions.map((question) => answers.get(question));
  });
}

/** What is known of an identifier; throws where the question got no answer. */
export async function lookUp<V>(loader: Loader<Question, LookedUp<V>>, chain: KeyChain, identifier: Identifier): Promise<LookedUp<V>> {
  const answer = await loader.load({ chain, identifier });
  if (!answer) throw new Unavailable('the database does not answer', 2);
  return answer;
}
