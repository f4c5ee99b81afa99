export { Handles, OnErased, OnEvent, OnGranted, OnWithdrawn } from './handles.js';
export { LedgerConsumer, type LedgerConsumerOptions } from './ledger-consumer.js';
export { SamtyckeModule, type AsyncOptions } from './samtycke.module.js';
