export { migrateSchema, type SchemaSteps } from './postgres/migrate-schema.js';
export { openPool, type PoolSettings } from './postgres/open-pool.js';
export { migrateConsumer, pgStore, type Transaction } from './postgres/pg-store.js';
