// Made of libs/contracts/schemas/source; not written by hand. To make it anew:
// UPDATE_CONTRACT=1 npx jest test/contract/schemas.spec.ts

export const EVENT_TYPES = [
  'consent-granted',
  'consent-withdrawn',
  'consent-refused',
  'request-opened',
  'request-closed',
  'objection-raised',
  'objection-lifted',
  'preferences-changed',
  'decision-recorded',
  'processing-restricted',
  'restriction-lifted',
  'right-requested',
  'right-closed',
  'identifiers-changed',
  'person-linked',
  'person-merged',
  'person-split',
  'person-erased',
  'catalogue-changed',
  'notice-published',
  'key-changed',
] as const;

export const STATUSES = [
  'unknown',
  'requested',
  'given',
  'renewed',
  'refused',
  'withdrawn',
  'expired',
  'objected',
  'restricted',
] as const;

export const DECISIONS = [
  'request',
  'grant',
  'refuse',
  'withdraw',
  'object',
  'lift',
] as const;

export const REASONS = [
  'person',
  'one-click',
  'unverified',
  'expired',
  'notice-changed',
  'merged',
  'split',
  'erased',
  'retention',
  'import',
  'operator',
  'gpc',
  'linked-person',
] as const;

/**
 * UUID, lower case
 */
export type Uuid = string;
/**
 * Id of a purpose, channel, partner, system or the like
 */
export type Id = string;
/**
 * A code, never a sentence
 */
export type Code = string;
/**
 * RFC 3339, UTC, six decimals
 */
export type Time = string;
/**
 * SHA-256, hex, lower case
 */
export type Hash = string;
export type Count = number;
/**
 * Id of a purpose; `~person`: facts about the whole person; `~ledger`: facts of the ledger itself
 */
export type Purpose = string;
/**
 * Sorted, without repeats
 */
export type Ids = Id[];
/**
 * What happened
 */
export type EventType =
  | 'consent-granted'
  | 'consent-withdrawn'
  | 'consent-refused'
  | 'request-opened'
  | 'request-closed'
  | 'objection-raised'
  | 'objection-lifted'
  | 'preferences-changed'
  | 'decision-recorded'
  | 'processing-restricted'
  | 'restriction-lifted'
  | 'right-requested'
  | 'right-closed'
  | 'identifiers-changed'
  | 'person-linked'
  | 'person-merged'
  | 'person-split'
  | 'person-erased'
  | 'catalogue-changed'
  | 'notice-published'
  | 'key-changed';
/**
 * What stands for a purpose. Ask `allowed`, not the status, whether something may be done
 */
export type Status = 'unknown' | 'requested' | 'given' | 'renewed' | 'refused' | 'withdrawn' | 'expired' | 'objected' | 'restricted';
/**
 * What was decided
 */
export type Decision = 'request' | 'grant' | 'refuse' | 'withdraw' | 'object' | 'lift';
/**
 * Why something ended
 */
export type Reason =
  | 'person'
  | 'one-click'
  | 'unverified'
  | 'expired'
  | 'notice-changed'
  | 'merged'
  | 'split'
  | 'erased'
  | 'retention'
  | 'import'
  | 'operator'
  | 'gpc'
  | 'linked-person';
/**
 * Whose decision it is; `ledger`: the ledger itself
 */
export type HolderKind = 'person' | 'device' | 'ledger';
export type ActorKind = 'person' | 'device' | 'unverified' | 'system' | 'operator' | 'ledger';
/**
 * What became of the event: applied, known before, of no concern to this system, or set aside as a dead letter
 */
export type AckOutcome = 'applied' | 'repeat' | 'not-mine' | 'parked';

/**
 * Who acted. `id` is the holder's, site's, system's or operator's id, or a job's name; `key` only where a key was used
 */
export interface Actor {
  kind: ActorKind;
  id: string;
  key?: Uuid;
}
/**
 * The text that was shown: its id, version and language
 */
export interface NoticeRef {
  id: Id;
  version: string;
  locale: string;
}
/**
 * The text that was shown, with the hash of its RFC 8785 bytes
 */
export interface ShownNotice {
  id: Id;
  version: string;
  locale: string;
  sha256: Hash;
}
/**
 * Where and how the decision was taken, as ids
 */
export interface Capture {
  context?: string;
  method?: string;
  point?: string;
}
/**
 * How a purpose is to be used; no consent
 */
export interface Preferences {
  topics?: Ids;
  frequency?: Id;
  language?: string;
  pausedUntil?: Time;
}
/**
 * What was decided, where something stands above it: a restriction, a suppression, a pause, or preferred channels
 */
export interface Choice {
  status: Status;
  allowed: boolean;
  channels?: Ids;
  partners?: Ids;
  preferred?: Ids;
  preferences?: Preferences;
}
/**
 * Ids, codes, hashes, numbers and times that belong to the type
 */
export interface Fact {
  [k: string]: unknown;
}
/**
 * An identifier by its random id; never its value
 */
export interface IdentifierRef {
  kind: Id;
  id: Uuid;
}
/**
 * The data of every message on the events and the state topic. A system needs only `allowed`, `channels`, `validUntil`, `recordedAt` and `version`, whatever the type. Members that do not apply are absent; new ones may come.
 */
export interface MessageData {
  /**
   * The holder's random id; the record key
   */
  person: Uuid;
  kind: HolderKind;
  purpose: Purpose;
  /**
   * 1, 2, 3 … over all events of this holder, without a gap
   */
  seq: Count;
  /**
   * 1, 2, 3 … within this holder's purpose, without a gap: apply what was recorded later than what you have, of two equal times the higher version
   */
  version: Count;
  /**
   * What was decided; absent where nobody decided
   */
  decision?: Decision;
  /**
   * Legal basis of the purpose, a DPV code such as `eu-gdpr:A6-1-a`
   */
  basis?: Code;
  status?: Status;
  /**
   * Whether the purpose may be carried out after this event. The one member to act on
   */
  allowed?: boolean;
  /**
   * Why it ended; always on consent-withdrawn
   */
  reason?: Reason;
  /**
   * The complete list allowed after the event; empty when nothing remains; absent where the purpose has none
   */
  channels?: Ids;
  /**
   * The complete list allowed after the event; empty when nothing remains; absent where the purpose has none
   */
  partners?: Ids;
  preferences?: Preferences;
  /**
   * From then on the answer is no, whether or not another event has come
   */
  validUntil?: Time;
  /**
   * When the decision in force was taken
   */
  since?: Time;
  /**
   * The text under which the consent stands, or that was shown
   */
  notice?: NoticeRef | ShownNotice;
  fact?: Fact;
  /**
   * Ids of the events that led to this one
   */
  causes?: Uuid[];
  /**
   * When it was decided, as claimed by whoever reported it
   */
  occurredAt: Time;
  /**
   * When the ledger wrote it, by its own clock; rising per holder
   */
  recordedAt: Time;
  /**
   * Leaf hash (RFC 6962) of the event's bytes: finds it in the transparency log
   */
  hash: Hash;
  /**
   * Of `~person`: processing is restricted (GDPR 18)
   */
  restricted?: boolean;
  /**
   * Of `~person`: erased; forget everything but the id
   */
  erased?: boolean;
  /**
   * Of `~person`: who decides in this one's place from now on
   */
  mergedInto?: Uuid;
  /**
   * Of `~person`: no channel may be used at all
   */
  suppressed?: boolean;
  /**
   * Of `~person`: no channel may be used before this time
   */
  pausedUntil?: Time;
}
/**
 * The effective values after an event: all that a state record needs
 */
export interface After {
  status?: Status;
  allowed?: boolean;
  channels?: Ids;
  partners?: Ids;
  preferences?: Preferences;
  validUntil?: Time;
  since?: Time;
  notice?: NoticeRef;
  restricted?: boolean;
  erased?: boolean;
  mergedInto?: Uuid;
  suppressed?: boolean;
  pausedUntil?: Time;
}
/**
 * One event of format 1, member for member (docs/format.md). Its RFC 8785 bytes are what the ledger keeps.
 */
export interface LedgerEvent {
  v: 1;
  /**
   * Origin of the ledger, a name without scheme
   */
  ledger: string;
  /**
   * Whose purpose it is
   */
  controller?: Id;
  /**
   * UUIDv7
   */
  event: Uuid;
  type: EventType;
  person: Uuid;
  kind: HolderKind;
  seq: Count;
  purpose: Purpose;
  version: Count;
  /**
   * Leaf hash of the same holder's event seq-1; absent at seq 1
   */
  prev?: Hash;
  occurredAt: Time;
  recordedAt: Time;
  decision?: Decision;
  reason?: Reason;
  basis?: Code;
  /**
   * Hash of the purpose's meaning
   */
  definition?: Hash;
  notice?: ShownNotice;
  capture?: Capture;
  actor: Actor;
  /**
   * Kind of the identifier under which the holder was found
   */
  via?: Id;
  /**
   * Its random id
   */
  viaId?: Uuid;
  /**
   * Id of the call, or of the causing event
   */
  request: Uuid;
  /**
   * Counts from 0 the events that one request writes for one holder
   */
  ordinal: number;
  causes?: Uuid[];
  fact?: Fact;
  after?: After;
  /**
   * Commitments to sealed evidence, by its kind
   */
  evidence?: {
    [k: string]: Hash;
  };
}
/**
 * What a system answers on the acks topic for every event that it received; key = event id.
 */
export interface Ack {
  system: Id;
  event: Uuid;
  /**
   * As far as the message said it; else empty
   */
  person: string;
  /**
   * As far as the message said it; else empty
   */
  purpose: string;
  version: number;
  outcome: AckOutcome;
  /**
   * When the system's own transaction had committed, by the system's clock; RFC 3339, UTC
   */
  appliedAt: string;
}
/**
 * CloudEvents 1.0, Kafka binary mode: headers of every message on the events topic.
 */
export interface EventHeaders {
  ce_specversion: '1.0';
  /**
   * Id of the event: what is acknowledged
   */
  ce_id: Uuid;
  /**
   * `https://` and the ledger's origin
   */
  ce_source: string;
  ce_type: EventType;
  /**
   * `person/purpose`
   */
  ce_subject: string;
  /**
   * occurredAt
   */
  ce_time: Time;
  /**
   * recordedAt
   */
  ce_recordedtime: Time;
  /**
   * The person
   */
  ce_partitionkey: Uuid;
  /**
   * The stream's version, 10 digits
   */
  ce_sequence: string;
  /**
   * Index in the transparency log, 12 digits, contiguous from 0 over the whole topic: a consumer of all partitions sees that nothing is missing
   */
  ce_logindex: string;
  /**
   * Where the schema of the data is
   */
  ce_dataschema: string;
  'content-type': 'application/json';
}
/**
 * Headers of a state record: which event it comes from.
 */
export interface StateHeaders {
  ce_id: Uuid;
  ce_logindex: string;
  /**
   * The version that the record holds; a tombstone holds none
   */
  ce_sequence?: string;
  'content-type': 'application/json';
  /**
   * Fencing number of the relay that sent it
   */
  'samtycke-term'?: string;
}
/**
 * What a parked message carries beside its own headers.
 */
export interface DeadLetterHeaders {
  /**
   * The system that could not apply it
   */
  dead_system: Id;
  dead_reason: 'not-json' | 'wrong-shape' | 'not-storable' | 'handler-failed' | 'handler-timeout';
  /**
   * The member that is wrong, or the error's name and code; never a value
   */
  dead_detail: string;
  dead_topic: string;
  dead_partition: string;
  dead_offset: string;
  dead_at: string;
  /**
   * Only where the value is too large to be sent again
   */
  dead_value?: 'left-at-origin';
}
/**
 * A consent was given, renewed, widened or brought back.
 */
export interface ConsentGrantedPart {
  purpose?: Id;
  decision?: 'grant';
}
/**
 * Something that was consented to is not any more, in whole or in part: every way out of a consent is this one event.
 */
export interface ConsentWithdrawnPart {
  purpose?: Id;
  decision?: 'withdraw';
  /**
   * Why it ended; always on consent-withdrawn
   */
  reason: Reason;
}
/**
 * Consent was asked for and refused.
 */
export interface ConsentRefusedPart {
  purpose?: Id;
  decision: 'refuse';
}
/**
 * A consent waits for its confirmation by mail: nothing is allowed yet.
 */
export interface RequestOpenedPart {
  purpose?: Id;
  decision: 'request';
  allowed?: unknown;
  fact?: {
    /**
     * Channels that were asked for, where the purpose has channels
     */
    channels?: Ids;
    /**
     * Partners that were asked for
     */
    partners?: Ids;
    /**
     * The device on which it was asked
     */
    device?: Uuid;
  };
}
/**
 * A request was not confirmed in time: what stood before it stands again.
 */
export interface RequestClosedPart {
  purpose?: Id;
  /**
   * Ids of the events that led to this one
   */
  causes: Uuid[];
}
/**
 * Processing on legitimate interest was objected to (GDPR 21): not allowed from now on.
 */
export interface ObjectionRaisedPart {
  purpose?: Id;
  decision?: 'object';
}
/**
 * An objection does not stand in the way any more.
 */
export interface ObjectionLiftedPart {
  purpose?: Id;
  decision?: 'lift';
  fact?: {
    /**
     * The compelling ground of an override
     */
    ground?: Code;
    /**
     * When the override ends
     */
    until?: Time;
  };
}
/**
 * How something may be used was changed; it is no consent.
 */
export interface PreferencesChangedPart {
  fact?: {
    /**
     * Channels of the whole person that may not be used from now on
     */
    suppressedChannels?: Ids;
  };
}
/**
 * A decision that came late or changed nothing is kept for the history; what is in force is what was.
 */
export interface DecisionRecordedPart {
  purpose?: Id;
  /**
   * What was decided; absent where nobody decided
   */
  decision: Decision;
}
/**
 * Processing is restricted (GDPR 18): stored, and nothing else.
 */
export interface ProcessingRestrictedPart {
  fact?: {
    /**
     * Why, as a code
     */
    ground?: Code;
    /**
     * When it ends
     */
    until?: Time;
  };
}
/**
 * A restriction has ended; what was chosen is in force again.
 */
export interface RestrictionLiftedPart {
  fact?: {
    /**
     * Why, as a code
     */
    ground?: Code;
  };
}
/**
 * A person asked for one of his rights.
 */
export interface RightRequestedPart {
  purpose?: '~person';
  fact: {
    /**
     * Which right
     */
    right: Id;
    /**
     * When it must be answered
     */
    due: Time;
  };
}
/**
 * The request for a right was answered.
 */
export interface RightClosedPart {
  purpose?: '~person';
  fact: {
    /**
     * Which right
     */
    right: Id;
    /**
     * What came of it
     */
    outcome: Id;
    /**
     * When it had to be answered
     */
    due?: Time;
  };
}
/**
 * Addresses or other identifiers of a person were added or removed; their values are never on a topic.
 */
export interface IdentifiersChangedPart {
  purpose?: '~person';
  fact: {
    /**
     * Identifiers that are the person’s from now on
     */
    added: IdentifierRef[];
    /**
     * Identifiers that are not any more
     */
    removed: IdentifierRef[];
  };
}
/**
 * A device and a person belong together.
 */
export interface PersonLinkedPart {
  purpose?: '~person';
  fact: {
    /**
     * The other one
     */
    other: Uuid;
    /**
     * What the other one is
     */
    role: 'person' | 'device';
  };
}
/**
 * Two people are one and the same: from now on one id decides for both.
 */
export interface PersonMergedPart {
  fact?: {
    /**
     * The other one
     */
    other?: Uuid;
    /**
     * from: this one became a part of the other; into: it took the other in
     */
    role?: 'from' | 'into';
    /**
     * Channels of the whole person that may not be used from now on
     */
    suppressedChannels?: Ids;
  };
}
/**
 * Two people who were merged are two again.
 */
export interface PersonSplitPart {
  fact?: {
    /**
     * The other one
     */
    other?: Uuid;
    /**
     * from: this one is himself again; into: it goes on without the other; settled: what came in the moment of the split
     */
    role?: 'from' | 'into' | 'settled';
    /**
     * Channels of the whole person that may not be used from now on
     */
    suppressedChannels?: Ids;
  };
}
/**
 * A person or device was erased: forget everything but the id.
 */
export interface PersonErasedPart {
  fact?: {
    /**
     * Why, as a code
     */
    ground?: Code;
    /**
     * What must be kept elsewhere
     */
    kept?: {
      /**
       * Which data
       */
      category: Id;
      /**
       * On which ground
       */
      ground: Code;
      /**
       * Until when
       */
      until?: Time;
    }[];
  };
}
/**
 * The catalogue of purposes and notices in force is another one.
 */
export interface CatalogueChangedPart {
  purpose?: '~ledger';
  kind?: 'ledger';
  fact: {
    /**
     * Hash of the catalogue
     */
    sha256: Hash;
  };
}
/**
 * A version of a text was published.
 */
export interface NoticePublishedPart {
  purpose?: '~ledger';
  kind?: 'ledger';
  fact: {
    /**
     * The notice
     */
    id: Id;
    /**
     * Its new version
     */
    version: string;
    /**
     * editorial: consents stand; material: they end at `from` unless renewed
     */
    change: 'editorial' | 'material';
    /**
     * From when on it counts
     */
    from: Time;
  };
}
/**
 * A key that signs for the ledger was replaced; signed by the old one.
 */
export interface KeyChangedPart {
  purpose?: '~ledger';
  kind?: 'ledger';
  fact: {
    /**
     * What the key is for
     */
    role: Id;
    /**
     * Its name
     */
    key: string;
    publicKey: string;
    /**
     * By the old key
     */
    signature: string;
  };
}

/** The data of a message, by its `ce_type`. */
export interface DataOf {
  'consent-granted': MessageData & ConsentGrantedPart;
  'consent-withdrawn': MessageData & ConsentWithdrawnPart;
  'consent-refused': MessageData & ConsentRefusedPart;
  'request-opened': MessageData & RequestOpenedPart;
  'request-closed': MessageData & RequestClosedPart;
  'objection-raised': MessageData & ObjectionRaisedPart;
  'objection-lifted': MessageData & ObjectionLiftedPart;
  'preferences-changed': MessageData & PreferencesChangedPart;
  'decision-recorded': MessageData & DecisionRecordedPart;
  'processing-restricted': MessageData & ProcessingRestrictedPart;
  'restriction-lifted': MessageData & RestrictionLiftedPart;
  'right-requested': MessageData & RightRequestedPart;
  'right-closed': MessageData & RightClosedPart;
  'identifiers-changed': MessageData & IdentifiersChangedPart;
  'person-linked': MessageData & PersonLinkedPart;
  'person-merged': MessageData & PersonMergedPart;
  'person-split': MessageData & PersonSplitPart;
  'person-erased': MessageData & PersonErasedPart;
  'catalogue-changed': MessageData & CatalogueChangedPart;
  'notice-published': MessageData & NoticePublishedPart;
  'key-changed': MessageData & KeyChangedPart;
}
