import type { EventType, MessageData, WHOLE_PERSON } from '#contracts';

/** The data of an event about one purpose. */
export type PurposeData = MessageData & { allowed: boolean };
/** The data of an event about a person as a whole. */
export type PersonData = MessageData & { purpose: typeof WHOLE_PERSON };

/** What a type's data holds beyond what every message holds; checked before any handler sees it. */
interface Shapes {
  'consent-granted': PurposeData;
  'consent-withdrawn': PurposeData;
  'consent-refused': PurposeData;
  'request-opened': PurposeData;
  'request-closed': PurposeData;
  'objection-raised': PurposeData;
  'objection-lifted': PurposeData;
  'person-erased': PersonData;
}

export type DataOf<K extends string> = K extends keyof Shapes ? Shapes[K] : MessageData;

/** One event of the ledger, as received. */
export interface ConsumedEvent<K extends string = EventType | (string & {})> {
  id: string;
  /** Types can be added later: treat one that you do not know by `data.allowed` alone. */
  type: K;
  data: DataOf<K>;
  /** Position in the ledger's log, contiguous from 0 over all persons; absent where the sender gave none. */
  logIndex?: number;
}

/** One record of the state topic: the latest state of a purpose, or of a person (`~person`). */
export type ConsumedState = MessageData;

/** Which handler hears which type. */
export const NAMED = {
  'consent-granted': 'onGranted',
  'consent-withdrawn': 'onWithdrawn',
  'consent-refused': 'onRefused',
  'request-opened': 'onRequested',
  'request-closed': 'onRequestClosed',
  'objection-raised': 'onObjected',
  'objection-lifted': 'onObjectionLifted',
  'preferences-changed': 'onPreferencesChanged',
  'processing-restricted': 'onRestricted',
  'restriction-lifted': 'onRestrictionLifted',
  'identifiers-changed': 'onIdentifiersChanged',
  'person-linked': 'onLinked',
  'person-merged': 'onMerged',
  'person-split': 'onSplit',
  'person-erased': 'onErased',
} as const satisfies Partial<Record<EventType, string>>;

type Named = typeof NAMED;

export type Handler<T, K extends string = EventType | (string & {})> = (event: ConsumedEvent<K>, transaction: T) => Promise<void> | void;

type NamedHandlers<T> = { [K in keyof Named as Named[K]]?: Handler<T, K> };

/**
 * What a system does beside keeping the state. Each handler runs in the transaction that applies its event, in order
 * per person, only when the event was newly applied. A handler that throws undoes its event, which is then parked; it
 * may run again for the same event after a rollback, so what it does outside the transaction must bear repetition.
 *
 * `onWithdrawn` hears every way out of a consent; `data.allowed` is still true where only a channel or partner was taken
 * away. `onErased` runs once for each person: everything held about him goes, but for the id.
 */
export interface Handlers<T> extends NamedHandlers<T> {
  /** Every newly applied event, before the one named for its type. */
  onEvent?: Handler<T>;
  /** Every newly applied event whose type has no handler here, types added to the ledger later included. */
  onOther?: Handler<T>;
  /** All newly applied events of one transaction at once, in order: for systems that write many rows in one statement. */
  onEvents?: (events: readonly ConsumedEvent[], transaction: T) => Promise<void> | void;
  /**
   * Newly applied records of the state topic, while a system learns the state without its events, and in place of events that are missing.
   * They are acknowledged as applied whether or not this is there: whoever acts on events acts on these too.
   */
  onState?: (states: readonly ConsumedState[], transaction: T) => Promise<void> | void;
}
