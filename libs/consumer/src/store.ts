import type { Changes } from './fold.js';
import type { Known } from './known.js';
import type { Learnt } from './learnt.js';
import type { Span } from './log/spans.js';
import type { HeldPerson, HeldState } from './may.js';
import type { Received } from './received.js';

/** Next offset to be read, by partition. */
export type Positions = Map<number, string>;

/** Which rows stood when the messages were judged. */
export interface Standing {
  streams: ReadonlySet<string>;
  persons: ReadonlySet<string>;
}

export interface Asked {
  person: string;
  purpose: string;
}

/** What is held of one person and purpose, as of the last commit. */
export interface Held {
  state?: HeldState;
  person?: HeldPerson;
}

/** The same, and the store's own clock (ms since 1970). */
export interface Answer extends Held {
  /** The state of this purpose has been read, and is followed. */
  informed: boolean;
  now: number;
}

/** Where everything that is held is put when it is read at a start. */
export interface Shelf {
  person(person: string, held: HeldPerson): void;
  stream(person: string, purpose: string, held: HeldState): void;
}

/** The consumer's own reads and writes inside one transaction. Each throws what the store throws. */
export interface Session {
  /**
   * Which server this transaction runs on, as `known` says it too: another string at each start of one, since what was committed last
   * may be gone then. Undefined where that cannot be.
   */
  server(): Promise<string | undefined>;
  /** Reads what is known of the messages' persons and streams, and keeps others from changing it until the end. */
  known(messages: readonly Received[]): Promise<Known>;
  /** Writes changes; a row is replaced by a newer event only (`isNewer`). */
  keep(changes: Changes, standing: Standing, now: Date): Promise<void>;
  /**
   * Notes that a version was parked. Until a higher one is applied the answer for it is no: what could not be applied
   * may have been a withdrawal.
   */
  hold(message: Received, now: Date): Promise<void>;
  /** Notes positions (those of other partitions stay), and log indices as seen. */
  note(topic: string, positions: Positions, seen: readonly Span[]): Promise<void>;
  /** Notes that the state of these purposes (undefined: all) has been read. */
  inform(purposes: readonly string[] | undefined, now: Date): Promise<void>;
}

/**
 * Where a consumer keeps its state. `T` is what handlers get: the system's own transaction, the one in which the
 * message is applied. Made by `pgStore`, `typeOrmStore` or `memoryStore`.
 */
export interface Store<T> {
  /** Makes what is missing; may be called by several instances at once. */
  prepare(): Promise<void>;
  /** Runs `work` in one transaction and commits it; if anything throws nothing of it stays, and the error is thrown on. */
  transact<R>(work: (session: Session, transaction: T) => Promise<R>): Promise<R>;
  /** Resolves if a write works at the moment. */
  probe(): Promise<void>;
  load(shelf: Shelf): Promise<void>;
  ask(person: string, purpose: string): Promise<Answer>;
  /** What is held of many, in one round trip: one for each, in order. */
  holds(asked: readonly Asked[]): Promise<Held[]>;
  positions(topic: string): Promise<Positions>;
  /** The log indices that the system has seen in this topic, all instances together: the first 10,000 stretches. */
  seen(topic: string): Promise<Span[]>;
  /** The purposes whose state has been read and is followed; undefined where none has been. */
  learnt(): Promise<Learnt | undefined>;
  /** The state of no other purposes is followed from now on: whoever wants others again must read theirs anew. */
  narrow(purposes: readonly string[]): Promise<void>;
  /** The state must be read again before the system is informed. */
  forgetInformed(): Promise<void>;
  /** Hears of connections that break while nobody uses them; the result ends that. */
  hear(listener: (error: Error) => void): () => void;
}
