import type { EventType, MessageData } from '#contracts';
import type pg from 'pg';

/** Where a program writes what happens: pino fits, and so does anything of the same shape. */
export interface ConsumerLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The system's own transaction. It is committed or rolled back by the consumer, never by a handler. */
export type Transaction = Pick<pg.ClientBase, 'query'>;

/** One event of the ledger, as received. */
export interface ConsumedEvent {
  id: string;
  /** Types can be added later: treat one that you do not know by `data.allowed` alone. */
  type: EventType | (string & {});
  data: MessageData;
  /** Position in the ledger's log, contiguous from 0 over all persons; absent where the sender gave none. */
  logIndex?: number;
}

/** One record of the state topic: the latest state of a purpose, or of a person (`~person`). */
export type ConsumedState = MessageData;

export type Handler = (event: ConsumedEvent, transaction: Transaction) => Promise<void> | void;

/**
 * What a system does beside keeping the state. Each handler runs in the transaction that applies its event, in order
 * per person, only when the event was newly applied. `onEvent` runs for every such event, before the named one. A
 * handler that throws undoes its event, which is then parked; it may run again for the same event after a rollback,
 * so what it does outside the transaction must bear repetition.
 */
export interface Handlers {
  onGranted?: Handler;
  onRefused?: Handler;
  /** Every way out of a consent; `data.allowed` is still true where only a channel or partner was taken away. */
  onWithdrawn?: Handler;
  onObjected?: Handler;
  onObjectionLifted?: Handler;
  onPreferencesChanged?: Handler;
  /** Once for each person: everything held about him goes, but for the id. */
  onErased?: Handler;
  onEvent?: Handler;
  /** All newly applied events of one transaction at once, in order: for systems that write many rows in one statement. */
  onEvents?: (events: readonly ConsumedEvent[], transaction: Transaction) => Promise<void> | void;
  /** Newly applied records of the state topic, while a system learns the state without its events. */
  onState?: (states: readonly ConsumedState[], transaction: Transaction) => Promise<void> | void;
}

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
  /** The whole state has been read once: `may` answers from knowledge. Until then it says no to everything. */
  informed: boolean;
  /** Messages behind the end of the events topic, as of the last batch; undefined before the first. */
  lag?: number;
  /** Acknowledgements that wait to be sent. */
  unacknowledged: number;
  /** Name and code of the latest failure, gone once work goes on. */
  problem?: string;
}

export interface ConsumerOptions {
  /** The system's id in the ledger; acknowledgements carry it, and the consumer group is named by it. */
  system: string;
  brokers: readonly string[];
  topicPrefix?: string;
  /** The system's own database. The consumer hears the pool's errors, and never ends it. */
  pool: pg.Pool;
  /**
   * The purposes that this system acts on; all others are answered `not-mine` and not kept. Absent: all but the facts of
   * the ledger itself (`~ledger`).
   */
  purposes?: readonly string[];
  /** The catalogue's answer where a purpose has no state; what is not named here is no. */
  defaults?: Readonly<Record<string, boolean>>;
  handlers?: Handlers;
  /** After each commit, outside the transaction: wake-ups that may be lost. */
  onCommitted?: (events: readonly ConsumedEvent[]) => void;
  onMetric?: (metric: ConsumerMetric) => void;
  logger?: ConsumerLogger;
  /** Messages in one transaction at most; 1,000 by default. */
  batch?: number;
  /** A handler that takes longer has failed; 20,000 by default. */
  handlerTimeoutMs?: number;
  /** How often offsets are noted in the database and committed to Kafka; 1,000 by default. */
  commitIntervalMs?: number;
  /** How long Kafka waits for a killed instance before another one gets its partitions; 8,000 by default. */
  sessionTimeoutMs?: number;
}

export interface Consumer {
  /**
   * Makes or updates the consumer's tables, reads them, and begins to follow the topics in the background: it waits
   * for the database, but not for Kafka.
   */
  start(): Promise<void>;
  /** Ends within 5 s: what is under way is finished and acknowledged, or comes again at the next start. */
  stop(): Promise<void>;
  /** Resolves when the state has been read once and events are being followed. */
  following(): Promise<void>;
  /**
   * May this person's data be used for the purpose now? Answered from memory, right up to the last commit of this
   * instance; systems that run in several instances ask `mayNow`.
   */
  may(person: string, purpose: string, channel?: string): boolean;
  /** The same, asked of the database. */
  mayNow(person: string, purpose: string, channel?: string): Promise<boolean>;
  health(): ConsumerHealth;
}
