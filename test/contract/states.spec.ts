import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ACTIONS, cellOf, FAMILIES, renderStates, standingIn } from './state-table.js';

const FILE = join(process.cwd(), 'docs/states.md');
if (process.env.UPDATE_DOCS) writeFileSync(FILE, renderStates());
const page = readFileSync(FILE, 'utf8');

/** The cells of a table as the page shows them, by state. */
function tableOf(title: string): Map<string, string[]> {
  const part = page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('| **'));
  return new Map(rows.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| |\|$|\*\*/g, '').trim())).map(([state = '', ...cells]) => [state, cells]));
}

describe.each(FAMILIES.map((family) => [family.title, family] as const))('%s', (title, family) => {
  const table = tableOf(title);
  test('stands whole in docs/states.md', () => {
    expect([...table.keys()]).toEqual(family.states);
  });
  test.each(family.states.flatMap((state) => ACTIONS.map((action, at) => [state, action, at] as const)))('%s + %s comes out as the page says', (state, action, at) => {
    expect(table.get(state)?.[at]).toBe(cellOf(family, state, action));
  });
  test.each(family.states)('nothing refuses a "no" in %s, and nothing is allowed after it', (state) => {
    if (family.purpose.choice === 'told') return expect(cellOf(family, state, 'withdraw')).toBe(state === 'erased' ? 'already so' : 'refused: `not_switchable`');
    for (const no of ['refuse', 'withdraw', 'object'] as const) {
      const cell = cellOf(family, state, no);
      expect(cell === 'already so' || cell.endsWith(', not allowed')).toBe(true);
      if (cell === 'already so') expect(standingIn(family, state).stream.allowed).toBe(false);
    }
  });
});
