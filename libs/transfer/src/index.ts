export { FIELDS, isField, type Field } from './fields.js';
export { importFile, type ImportFile, type ImportResult } from './import-file.js';
export type { Step } from './import-rows.js';
export { checkMapping, ImportProblem, joinMappings, type Mapping } from './mapping.js';
export type { Target } from './target.js';
