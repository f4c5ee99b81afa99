export { LEDGER_PERSON, LEDGER_PURPOSE, WHOLE_PERSON } from './event.js';
export { isPersonRecord, messageData, messageHeaders, stateKey, type MessageHeaders } from './message.js';
export {
  DECISIONS,
  EVENT_TYPES,
  REASONS,
  STATUSES,
  type Ack,
  type AckOutcome,
  type Actor,
  type ActorKind,
  type After,
  type Capture,
  type DataOf,
  type DeadLetterHeaders,
  type Decision,
  type EventHeaders,
  type EventType,
  type HolderKind,
  type LedgerEvent,
  type MessageData,
  type NoticeRef,
  type Preferences,
  type Reason,
  type ShownNotice,
  type StateHeaders,
  type Status,
} from './schema-types.js';
export { PARTITIONS, TOPIC_SETTINGS, topicsOf, type TopicNames } from './topics.js';
