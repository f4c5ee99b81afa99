import { isGone, personOf } from '#ledger';
import type { Chains } from './read-chains.js';
import type { PackSource } from './source.js';

const GONE = `SELECT ${isGone('$2')} AS gone`;
const STATES = 'SELECT person, state FROM persons WHERE ledger = $1 AND person = ANY ($2)';

/**
 * Whose evidence a pack of this person may open: his own, and that of whoever is a part of him now. Of somebody who was split off the
 * chain may be needed for the proof of what was decided before; his evidence is his own again. Of somebody who was erased, or
 * goes with one who was, nobody's is opened, from that event on: what is still being removed counts as gone.
 */
export async function openablePeople({ pool, ledger }: PackSource, { chains }: Chains, person: string): Promise<Set<string>> {
  const { rows: found } = await pool.query<{ gone: boolean }>(GONE, [ledger, person]);
  if (found[0]?.gone) return new Set();
  const { rows } = await pool.query<{ person: string; state: string | null }>(STATES, [ledger, [person, ...chains.map((chain) => chain.person)]]);
  const states = new Map(rows.map((row) => [row.person, personOf(row)]));
  const people = new Set([person]);
  for (const one of people) for (const [part, { mergedInto }] of states) if (mergedInto === one) people.add(part);
  return people;
}
