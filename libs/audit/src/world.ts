import type { Pool } from 'pg';
import type { PurposeRule } from '#consent';
import type { World } from './person-fold.js';

/** A text that was damaged rules nothing; `checkTexts` names it. */
function ruleIn(body: string): PurposeRule | undefined {
  try {
    return JSON.parse(body) as PurposeRule;
  } catch {
    return undefined;
  }
}

/** Reads what an audit goes by. */
export async function readWorld(pool: Pool, ledger: number, origin: string): Promise<World> {
  const { rows } = await pool.query<{ definition: string; body: string }>('SELECT definition, body FROM purposes WHERE ledger = $1', [ledger]);
  return { origin, definitions: new Map(rows.flatMap(({ definition, body }) => {
    const rule = ruleIn(body);
    return rule ? [[definition, rule] as const] : [];
  })) };
}
