import type { ConsumedEvent, Handlers } from './events.js';
import type { KafkaAccess } from './kafka-access.js';
import type { Span } from './log/spans.js';
import type { Store } from './store.js';

/** Where a program writes what happens: pino fits, and so does anything of the same shape. */
export interface ConsumerLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silent: ConsumerLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface ConsumerMetric {
  topic: 'events' | 'state';
  applied: number;
  repeat: number;
  notMine: number;
  parked: number;
  /** Milliseconds from the start of the transaction to its commit. */
  tookMs: number;
}

export type ConsumerState = 'new' | 'connecting' | 'learning' | 'following' | 'waiting-for-database' | 'stopped';

export interface ConsumerHealth {
  state: ConsumerState;
  /** It knows the state, follows the events, and has applied all that lay in its partitions when it was given them. */
  ready: boolean;
  /** The whole state has been read once: `may` answers from knowledge. Until then it says no to everything. */
  informed: boolean;
  /** Messages behind the end of the events topic, as of the last batch of each partition of this instance, or as of when it was given it; undefined before. */
  lag?: number;
  /** Acknowledgements that wait to be sent. */
  unacknowledged: number;
  /** What the system's instances have seen of the ledger's log; undefined before the first look. */
  log?: LogHealth;
  /** Name and code of the latest failure, gone once work goes on. */
  problem?: string;
}

export interface LogHealth {
  /** Every log index up to this one has been seen, by this instance or another of the system; -1 before the first. */
  completeTo: number;
  /**
   * Log indices that are missing: the topic was read past the place at which they should have come. The first 100
   * stretches; gone once they have arrived.
   */
  missing: readonly Span[];
}

export interface ConsumerOptions<T> extends KafkaAccess {
  /** The system's id in the ledger; acknowledgements carry it, and the consumer group is named by it. */
  system: string;
  topicPrefix?: string;
  /** Where the state is kept, and whose transaction handlers get: `pgStore`, `typeOrmStore` or `memoryStore`. */
  store: Store<T>;
  /**
   * The purposes that this system acts on; all others are answered `not-mine` and not kept, and `may` says no to them.
   * Absent: all but the facts of the ledger itself (`~ledger`).
   */
  purposes?: readonly string[];
  /** The catalogue's answer where a purpose has no state; what is not named here is no. */
  defaults?: Readonly<Record<string, boolean>>;
  handlers?: Handlers<T>;
  /** After each commit, outside the transaction: wake-ups that may be lost, and are where the answer to a commit was. */
  onCommitted?: (events: readonly ConsumedEvent[]) => void;
  onMetric?: (metric: ConsumerMetric) => void;
  logger?: ConsumerLogger;
  /** Messages in one transaction at most; 1,000 by default. */
  batch?: number;
  /**
   * The time that the handlers of one transaction have together; 20,000 by default. Where they take longer it is rolled back and
   * done in halves; a handler that takes longer for one message alone has failed.
   */
  handlerTimeoutMs?: number;
  /** How often offsets are noted in the database and committed to Kafka; 1,000 by default. */
  commitIntervalMs?: number;
  /** Acknowledgements that may wait while Kafka takes none, before reading pauses; 20,000 by default. */
  mostUnacknowledged?: number;
  /** How often it is looked whether an event is missing from the topic; 5,000 by default. */
  logCheckMs?: number;
  /** How long Kafka waits for a killed instance before another one gets its partitions; 8,000 by default. */
  sessionTimeoutMs?: number;
}

export interface Consumer {
  /**
   * Makes what the store needs, reads it, and begins to follow the topics in the background: it waits
   * for the store's database, but not for Kafka. Throws where the database's role lacks the rights that this needs; it may then
   * be called again.
   */
  start(): Promise<void>;
  /** Ends within 5 s: what is under way is finished and acknowledged, or comes again at the next start. */
  stop(): Promise<void>;
  /** Resolves when the state has been read once, and the events up to where they ended when this instance began to follow them; or once it is stopped, if that comes first. */
  following(): Promise<void>;
  /**
   * May this person's data be used for the purpose now? Answered from memory, right up to the last commit of this
   * instance; systems that run in several instances ask `mayNow`.
   */
  may(person: string, purpose: string, channel?: string): boolean;
  /** The same, asked of the store. */
  mayNow(person: string, purpose: string, channel?: string): Promise<boolean>;
  health(): ConsumerHealth;
  /** Counters and gauges of this instance, as Prometheus reads them (text format 0.0.4). */
  metrics(): string;
}
