export { FIELDS, isField, type Field } from './fields.js';
export { importFile, type ImportFile, type ImportResult } from './import-file.js';
export type { Step } from './import-rows.js';
export { checkMapping, ImportProblem, joinMappings, type Mapping } from './mapping.js';
export type { Target } from './target.js';
export { exportConsents, type ConsentFilter, type ConsentRow } from './export-consents.js';
export { exportEvents, newestIndex, type EventRange } from './export-events.js';
export { CONSENT_COLUMNS, CONTACT_COLUMNS, EVENT_COLUMNS, GRANT_COLUMNS, writeRows, type Format } from './write-rows.js';
export { countGrants, CursorProblem, exportGrants, filterText, searchGrants, type FoundGrant, type GrantCount, type GrantFilter, type GrantPage } from './search-grants.js';
