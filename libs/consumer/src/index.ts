export { connectKafka } from './connect-kafka.js';
export { createConsumer } from './create-consumer.js';
export { migrateConsumer } from './migrate.js';
export { migrateSchema, type SchemaSteps } from './migrate-schema.js';
export { openPool, type PoolSettings } from './open-pool.js';
export { findEnd } from './find-end.js';
export { readTopic, type Reading } from './read-topic.js';
export { sendAnswers, type AnswerSender } from './send-answers.js';
export type { RawMessage } from './received.js';
export type {
  ConsumedEvent,
  ConsumedState,
  Consumer,
  ConsumerHealth,
  ConsumerLogger,
  ConsumerMetric,
  ConsumerOptions,
  ConsumerState,
  Handler,
  Handlers,
  Transaction,
} from './options.js';
