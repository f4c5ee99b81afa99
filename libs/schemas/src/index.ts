export { asyncApiOf, TOPIC_WORDS, type AsyncApiOptions } from './async-api.js';
export { composeSchemas, dataSchema, newestOf } from './compose.js';
export { exampleOf, readContract, readGoldenMessages, readPublished, type GoldenMessage } from './read-contract.js';
export type { ContractSource, Schema, SchemaObject, TypeSource } from './schema.js';
