export interface TopicNames {
  events: string;
  state: string;
  acks: string;
  checkpoints: string;
  dead: string;
}

/** The topics of a ledger; `prefix` (default none) keeps several ledgers apart on one cluster. */
export const topicsOf = (prefix = ''): TopicNames => ({
  events: `${prefix}consent.events.v1`,
  state: `${prefix}consent.state.v1`,
  acks: `${prefix}consent.acks.v1`,
  checkpoints: `${prefix}consent.checkpoints.v1`,
  dead: `${prefix}consent.dead.v1`,
});

const DAY_MS = 24 * 60 * 60 * 1000;
const NINETY_DAYS = { 'retention.ms': String(90 * DAY_MS), 'retention.bytes': '-1' };
const FOR_EVER = { 'retention.ms': '-1', 'retention.bytes': '-1' };

/** Number of partitions of events and state: frozen, since order per person hangs on it. */
export const PARTITIONS = 32;

/** What each topic must be set to; replication is the cluster's business. */
export const TOPIC_SETTINGS: Record<keyof TopicNames, { partitions: number; config: Record<string, string> }> = {
  events: { partitions: PARTITIONS, config: { 'cleanup.policy': 'delete', ...FOR_EVER } },
  state: {
    partitions: PARTITIONS,
    config: {
      'cleanup.policy': 'compact',
      'max.compaction.lag.ms': String(DAY_MS),
      'delete.retention.ms': String(7 * DAY_MS),
    },
  },
  acks: { partitions: PARTITIONS, config: { 'cleanup.policy': 'delete', ...NINETY_DAYS } },
  checkpoints: { partitions: 1, config: { 'cleanup.policy': 'delete', ...FOR_EVER } },
  dead: { partitions: 1, config: { 'cleanup.policy': 'delete', ...NINETY_DAYS } },
};
