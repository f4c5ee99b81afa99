import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRepository } from '#servers';
import type { Outcome } from './conduct.js';

const [BEGIN, END] = ['<!-- begin: measured -->', '<!-- end: measured -->'];
const HEAD = '| experiment | run with | figures | acknowledged | events on Kafka | lost, twice or changed |\n|---|---|---|---|---|---|';
const number = (value: number): string => value.toLocaleString('en');
const rowOf = ({ name, title, sizes, figures, verdict: { problems, answers, events, repeats } }: Outcome): string =>
  `| \`${name}\`: ${title} | ${Object.entries(sizes).map(([what, size]) => `${number(size)} ${what}`).join(', ')} | ${figures} | ${number(answers)} | ${number(events)}, ${number(repeats)} repeats | ${problems.length === 0 ? 'nothing' : `**${problems.length}**`} |`;
const nameOf = (row: string): string => /^\| `([^`]+)`/.exec(row)?.[1] ?? '';

/** Puts the rows of these outcomes into docs/reliability.md, in place of those of the same experiments. */
export async function writeTable(outcomes: readonly Outcome[]): Promise<void> {
  const path = join(findRepository(), 'docs/reliability.md');
  const text = await readFile(path, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [standing, after] = rest?.split(END) ?? [];
  if (standing === undefined || after === undefined) throw new Error(`${path} has lost its marks`);
  const rows = standing.split('\n').filter((row) => row.startsWith('| `'));
  for (const outcome of outcomes) {
    const at = rows.findIndex((row) => nameOf(row) === outcome.name);
    if (at < 0) rows.push(rowOf(outcome));
    else rows[at] = rowOf(outcome);
  }
  await writeFile(path, `${before}${BEGIN}\n${HEAD}\n${rows.join('\n')}\n${END}${after}`);
}
