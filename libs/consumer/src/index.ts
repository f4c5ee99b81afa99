export { connectKafka } from './connect-kafka.js';
export {
  createConsumer,
  kafkaOf,
  memoryStore,
  NAMED,
  readReplay,
  serveHealth,
  stopOnSignal,
  type ConsumedEvent,
  type ConsumedState,
  type Consumer,
  type ConsumerHealth,
  type ConsumerLogger,
  type ConsumerMetric,
  type ConsumerOptions,
  type ConsumerState,
  type DataOf,
  type Handler,
  type Handlers,
  type HealthServer,
  type KafkaAccess,
  type LogHealth,
  type PersonData,
  type PurposeData,
  type ReplayOptions,
  type Session,
  type Span,
  type Store,
} from './core.js';
export { migrateConsumer, migrateSchema, openPool, pgStore, type PoolSettings, type SchemaSteps, type Transaction } from './pg.js';
export { isNoTopic } from './faults.js';
export { findEnd } from './find-end.js';
export { gather } from './gather.js';
export { accessOf, KAFKA_SECURITY, kafkaSecurityIn, wayInto } from './kafka-access.js';
export { readBack, sentOf, type ReadBack } from './read-back.js';
export { readStretches, type ReadStretches, type Stretch } from './read-stretches.js';
export { readTopic, type Reading } from './read-topic.js';
export { headerOf, ONLY_FOR, ORIGIN, type RawMessage, type Received } from './received.js';
export { sendAnswers, type AnswerSender } from './send-answers.js';
export { typeOrmStore } from './typeorm.js';
