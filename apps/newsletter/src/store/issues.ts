import type { Pool } from 'pg';
import { queueList } from './list.js';
import type { Kind } from './wishes.js';

export interface Issue extends Kind {
  id: string;
  subject: string;
  body: string;
  createdAt: string;
  finishedAt: string | null;
}

/** How far an issue is, in recipients. */
export interface Progress {
  queued: number;
  sent: number;
  leftOut: Record<string, number>;
}

/** What a mail is made of, and who wishes for it. */
export type IssueToSend = Pick<Issue, 'id' | 'subject' | 'body' | 'topic' | 'language'>;

export type IssueWithProgress = Issue & { progress: Progress };

interface Row extends Kind {
  id: string;
  subject: string;
  body: string;
  created_at: Date;
  finished_at: Date | null;
  queued: number;
  sent: number;
  left_out: Record<string, number> | null;
}

const SELECT = `
  SELECT i.id, i.subject, i.body, i.topic, i.language, i.created_at, i.finished_at, c.queued, c.sent + i.sent_to_erased AS sent, c.left_out
  FROM newsletter.issues i
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(n) FILTER (WHERE state IN ('queued', 'sending')), 0)::int AS queued,
      COALESCE(sum(n) FILTER (WHERE state = 'sent'), 0)::int AS sent,
      jsonb_object_agg(reason, n) FILTER (WHERE state = 'left-out') AS left_out
    FROM (SELECT state, COALESCE(reason, '') AS reason, count(*)::int AS n FROM newsletter.recipients WHERE issue = i.id GROUP BY 1, 2) grouped
  ) c`;

const issueOf = (row: Row): IssueWithProgress => ({
  id: row.id,
  subject: row.subject,
  body: row.body,
  topic: row.topic,
  language: row.language,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
  progress: { queued: row.queued, sent: row.sent, leftOut: row.left_out ?? {} },
});

/** The latest issues first. */
export async function readIssues(pool: Pool, limit: number): Promise<IssueWithProgress[]> {
  const { rows } = await pool.query<Row>(`${SELECT} ORDER BY i.created_at DESC, i.id LIMIT $1`, [limit]);
  return rows.map(issueOf);
}

/** How many issues there are. */
export async function countIssues(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM newsletter.issues');
  return rows[0]?.count ?? 0;
}

/** One issue, or undefined. */
export async function readIssue(pool: Pool, id: string): Promise<IssueWithProgress | undefined> {
  const { rows } = await pool.query<Row>(`${SELECT} WHERE i.id = $1`, [id]);
  return rows.map(issueOf)[0];
}

/** Of an issue what is sent, or undefined. Nobody's progress is counted for it. */
export async function readIssueToSend(pool: Pool, id: string): Promise<IssueToSend | undefined> {
  const { rows } = await pool.query<IssueToSend>('SELECT id, subject, body, topic, language FROM newsletter.issues WHERE id = $1', [id]);
  return rows[0];
}

/**
 * Stores an issue and everybody it is for, in one transaction. The same id again changes nothing: a form that was sent
 * twice is one issue. Tells whether this issue is stored: under the id of another one it is not.
 */
export async function storeIssue(pool: Pool, { id, subject, body, topic, language }: IssueToSend, now: Date): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const sql = 'INSERT INTO newsletter.issues (id, subject, body, topic, language, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING';
    const { rowCount } = await client.query(sql, [id, subject, body, topic, language, now]);
    if (rowCount) await queueList(client, { id, topic, language }, now);
    await client.query('COMMIT');
    const same = 'SELECT FROM newsletter.issues WHERE id = $1 AND (subject, body, topic, language) IS NOT DISTINCT FROM ($2, $3, $4, $5)';
    const isStored = rowCount === 1 || (await client.query(same, [id, subject, body, topic, language])).rowCount === 1;
    client.release();
    return isStored;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** Notes the end of issues for which nothing waits any more. Returns how many that were. */
export async function finishIssues(pool: Pool, now: Date): Promise<number> {
  const sql = `
    UPDATE newsletter.issues i SET finished_at = $1
    WHERE finished_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM newsletter.recipients r WHERE r.issue = i.id AND r.state IN ('queued', 'sending'))`;
  const { rowCount } = await pool.query(sql, [now]);
  return rowCount ?? 0;
}
