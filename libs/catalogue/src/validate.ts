import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Catalogue } from './catalogue.js';
import { noticeProblems } from './check-notices.js';
import { referenceProblems } from './check-references.js';
import { textProblems } from './check-texts.js';
import { stateProblems } from './check-versions.js';
import type { Problem } from './problem.js';

/** A catalogue that may be loaded, or everything that is wrong with it. */
export type Validation = { valid: true; catalogue: Catalogue } | { valid: false; problems: Problem[] };

const SCHEMA = fileURLToPath(new URL('../schema/catalogue.schema.json', import.meta.url));

let compiled: ValidateFunction<Catalogue> | undefined;

function matchesSchema(): ValidateFunction<Catalogue> {
  compiled ??= new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile<Catalogue>(
    JSON.parse(readFileSync(SCHEMA, 'utf8')),
  );
  return compiled;
}

/**
 * Checks a whole catalogue: its JSON Schema (schema/catalogue.schema.json) first, then what no schema can say: ids that
 * are named exist, lists are sorted, every text stands in every language, notices are NFC with LF and name purposes as
 * they are defined here, every purpose has a notice that names it, and drafts, archives and effect dates go together. Never throws.
 */
export function validateCatalogue(document: unknown): Validation {
  const fits = matchesSchema();
  if (!fits(document)) {
    const problems = (fits.errors ?? []).map((error) => ({
      path: error.instancePath || '/',
      message: `${error.message ?? 'is not valid'} ${JSON.stringify(error.params)}`,
    }));
    return { valid: false, problems };
  }
  const problems = [...referenceProblems(document), ...textProblems(document), ...noticeProblems(document), ...stateProblems(document)];
  return problems.length === 0 ? { valid: true, catalogue: document } : { valid: false, problems };
}
