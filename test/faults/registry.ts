import type { Experiment } from './experiment.js';
import { apiBetweenCommitAndReply } from './experiments/api-between-commit-and-reply.js';
import { apiKilled } from './experiments/api-killed.js';
import { brokersEnded } from './experiments/brokers-ended.js';
import { clockJumps } from './experiments/clock.js';
import { crossingOrders, oneStream } from './experiments/contention.js';
import { databaseCut, databaseFrozen, databaseStopped } from './experiments/database.js';
import { diskFull } from './experiments/disk-full.js';
import { frozenLeader } from './experiments/frozen-leader.js';
import { kafkaAway, kafkaEnded, kafkaFrozen, repliesSwallowed, startsBeforeKafka } from './experiments/kafka-away.js';
import { openTransaction } from './experiments/open-transaction.js';
import { poison } from './experiments/poison.js';
import { relayBetweenAckAndCursor, relayBetweenSequencingAndSending } from './experiments/relay-killed.js';
import { relaysRacing } from './experiments/relays-racing.js';
import { soak } from './experiments/soak.js';
import { terminated } from './experiments/terminated.js';
import { topicDeleted } from './experiments/topic-deleted.js';

/** In the order in which they are run. */
export const EXPERIMENTS: readonly Experiment[] = [
  startsBeforeKafka,
  apiKilled,
  apiBetweenCommitAndReply,
  relayBetweenSequencingAndSending,
  relayBetweenAckAndCursor,
  relaysRacing,
  frozenLeader,
  kafkaEnded,
  kafkaFrozen,
  repliesSwallowed,
  brokersEnded,
  kafkaAway,
  topicDeleted,
  databaseStopped,
  databaseCut,
  databaseFrozen,
  openTransaction,
  oneStream,
  crossingOrders,
  poison,
  terminated,
  clockJumps,
  diskFull,
  soak,
];
