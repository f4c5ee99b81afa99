export { createConsumer } from './create-consumer.js';
export type { ConsumedEvent, ConsumedState, DataOf, Handler, Handlers, PersonData, PurposeData } from './events.js';
export { NAMED } from './events.js';
export type { Span } from './log/spans.js';
export { memoryStore } from './memory/memory-store.js';
export type { Consumer, ConsumerHealth, ConsumerLogger, ConsumerMetric, ConsumerOptions, ConsumerState, LogHealth } from './options.js';
export { serveHealth, type HealthServer } from './serve-health.js';
export { stopOnSignal } from './stop-on-signal.js';
export type { Store } from './store.js';
