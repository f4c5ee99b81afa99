import type { ConsumerHealth } from '#consumer';
import type { Topic } from '../issues/ask-topics.js';
import type { NewsletterParts } from '../parts.js';
import { countIssues, readIssues, type IssueWithProgress } from '../store/issues.js';
import { countList, type ListCounts } from '../store/list.js';
import { readReactions, type Reaction } from '../store/reactions.js';

/** What the overview shows at one moment. */
export interface View {
  list: ListCounts;
  reactions: Reaction[];
  issues: IssueWithProgress[];
  issueCount: number;
  /** What an issue can be about. */
  topics: readonly Topic[];
  health: ConsumerHealth;
  now: Date;
}

const SHOWN_REACTIONS = 12;
const SHOWN_ISSUES = 8;

/** Reads it from the newsletter's own database; the topics are the ledger's. */
export async function readView({ pool, consumer, topics: askTopics }: Pick<NewsletterParts, 'pool' | 'consumer' | 'topics'>): Promise<View> {
  const now = new Date();
  const [list, reactions, issues, issueCount, topics] = await Promise.all([
    countList(pool, now),
    readReactions(pool, SHOWN_REACTIONS),
    readIssues(pool, SHOWN_ISSUES),
    countIssues(pool),
    askTopics(),
  ]);
  return { list, reactions, issues, issueCount, topics, health: consumer.health(), now };
}
