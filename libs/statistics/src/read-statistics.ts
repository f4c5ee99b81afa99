import type { Pool } from 'pg';
import { ANSWERS, LINK_ACTS, type AnswerKind, type LinkAct } from './words.js';

/** What counts can be kept apart by. */
export const GROUPS = ['day', 'source', 'point', 'notice', 'version', 'locale'] as const;
export type Group = (typeof GROUPS)[number];

export type StatisticsRow = Partial<Record<Group, string>> & Record<AnswerKind, number>;
export type LinkRow = { day: string; link: string } & Record<LinkAct, number>;

export interface Statistics {
  from: string;
  to: string;
  rows: StatisticsRow[];
  links: LinkRow[];
}

export interface StatisticsSpan {
  /** Days, both included: `2026-11-01`. */
  from: string;
  to: string;
  by: readonly Group[];
}

const columnOf = (group: Group): string => (group === 'day' ? `to_char(day, 'YYYY-MM-DD') AS day` : group);

const textOf = (by: readonly Group[]): string => {
  const names = GROUPS.filter((group) => by.includes(group));
  const sums = ANSWERS.map((what) => `coalesce(sum(count) FILTER (WHERE what = '${what}'), 0)::float8 AS ${what}`);
  const grouped = names.length > 0 ? ` GROUP BY ${names.join(', ')} ORDER BY ${names.join(', ')}` : ' HAVING count(*) > 0';
  return `SELECT ${[...names.map(columnOf), ...sums].join(', ')} FROM notice_counts WHERE ledger = $1 AND day BETWEEN $2 AND $3${grouped}`;
};

const LINKS = `
SELECT to_char(day, 'YYYY-MM-DD') AS day, link, ${LINK_ACTS.map((what) => `coalesce(sum(count) FILTER (WHERE what = '${what}'), 0)::float8 AS "${what}"`).join(', ')}
FROM link_counts WHERE ledger = $1 AND day BETWEEN $2 AND $3 GROUP BY day, link ORDER BY day, link`;

/** What was shown and answered between two days, kept apart by what `by` names; and what became of links in mails, by day. */
export async function readStatistics(pool: Pool, ledger: number, { from, to, by }: StatisticsSpan): Promise<Statistics> {
  const values = [ledger, from, to];
  const [rows, links] = await Promise.all([pool.query<StatisticsRow>(textOf(by), values), pool.query<LinkRow>(LINKS, values)]);
  return { from, to, rows: rows.rows, links: links.rows };
}
