import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { SchemaObject } from '#schemas';

/** A validator of one schema that says what is wrong, in words; empty where nothing is. */
export function validatorOf(schema: SchemaObject): (value: unknown) => string[] {
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false, keywords: ['x-published'] });
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  const validate: ValidateFunction = ajv.compile(schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`));
}
