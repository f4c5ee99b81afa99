import type { Pool } from 'pg';
import type { Consumer, ConsumerHealth } from '#consumer';
import { countIssues, readIssues, type IssueWithProgress } from '../store/issues.js';
import { countList, type ListCounts } from '../store/list.js';
import { readReactions, type Reaction } from '../store/reactions.js';

/** What the overview shows at one moment. */
export interface View {
  list: ListCounts;
  reactions: Reaction[];
  issues: IssueWithProgress[];
  issueCount: number;
  health: ConsumerHealth;
  now: Date;
}

const SHOWN_REACTIONS = 12;
const SHOWN_ISSUES = 8;

/** Reads it from the newsletter's own database. */
export async function readView({ pool, consumer }: { pool: Pool; consumer: Consumer }): Promise<View> {
  const now = new Date();
  const [list, reactions, issues, issueCount] = await Promise.all([
    countList(pool, now),
    readReactions(pool, SHOWN_REACTIONS),
    readIssues(pool, SHOWN_ISSUES),
    countIssues(pool),
  ]);
  return { list, reactions, issues, issueCount, health: consumer.health(), now };
}
