/** Tables of people that a replay rebuilds from the events and compares: each is a fold of events and of nothing else. */
export const PROJECTIONS = ['heads', 'persons', 'rights', 'merges', 'timers', 'links', 'grants'] as const;
export type Projection = (typeof PROJECTIONS)[number];

/** Every other table of people, and why no replay can rebuild it. */
export const NO_PROJECTIONS: Readonly<Record<string, string>> = {
  events: 'they are what is replayed',
  leaves: 'the log itself: checked with the events, and against what was signed',
  outbox: 'which events wait for an index: a queue, checked with the events',
  evidence: 'originals, of which the events hold commitments: `verify --database --evidence` opens them',
  person_keys: 'keys are random; an erasure destroys them',
  identifiers: 'addresses stand in no event',
  holds: 'what an operator noted about somebody; no event says it',
  tokens: 'secrets of links that were mailed',
  mails: 'what was sent, and when',
  due_mails: 'what has yet to be sent: a queue behind cursors over the log',
  mail_links: 'secrets of links that were mailed',
  reads: 'the trace of readings',
  acknowledgements: 'what systems answered on Kafka',
  overdue: 'which answers were missing at their deadline',
  lost_events: 'what systems were told of and a database that was put back did not hold',
  webhook_queue: 'what webhooks have yet to take: a queue behind a cursor over the log',
  canaries: 'who is nobody: granted and withdrawn to prove the path',
};
