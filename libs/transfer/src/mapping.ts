import { Ajv } from 'ajv';
import { FIELDS, isField, type Field, type Fields } from './fields.js';

/** How the rows of a file become fields of an import. */
export interface Mapping {
  /** Column of the file for a field; without an entry the column that bears the field's own name. */
  columns?: Partial<Record<Field, string>>;
  /** What holds for every row, where the file has no word of its own. */
  constants?: Fields;
  /** What the file's words mean, by field: `{"decision": {"Ja": "grant"}}`. */
  values?: Partial<Record<Field, Record<string, string>>>;
  /** Offset of times that name none: `Z`, `+01:00`. Without it such a time is refused. */
  offset?: string;
  /** Of a CSV file; without it the one of `;` `,` tab that its first line has most of. */
  delimiter?: string;
  /** As the WHATWG names it: `utf-8` (the default), `windows-1252`, `iso-8859-1`. */
  encoding?: string;
}

/** A mapping or a file that cannot be used at all: one sentence for the person who wrote it. */
export class ImportProblem extends Error {}

const byField = (of: object): object => ({ type: 'object', propertyNames: { enum: Object.keys(FIELDS) }, additionalProperties: of });

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    columns: byField({ type: 'string', minLength: 1 }),
    constants: byField({ type: 'string' }),
    values: byField({ type: 'object', additionalProperties: { type: 'string' } }),
    offset: { type: 'string', pattern: '^(Z|[+-]\\d\\d:\\d\\d)$' },
    delimiter: { type: 'string', minLength: 1, maxLength: 1 },
    encoding: { type: 'string', minLength: 1 },
  },
};
const fits = new Ajv().compile<Mapping>(SCHEMA);

/** Checks what was read from a mapping file or put together from options. Throws ImportProblem. */
export function checkMapping(mapping: unknown): Mapping {
  if (fits(mapping)) return mapping;
  const error = fits.errors?.at(-1);
  const strange = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
  const name = error?.propertyName ?? strange;
  const about = error?.keyword === 'enum' || fits.errors?.some((one) => one.keyword === 'propertyNames') ? `; the fields are ${Object.keys(FIELDS).join(', ')}` : '';
  throw new ImportProblem(`the mapping is wrong at ${error?.instancePath || 'its top'}: ${name === undefined ? (error?.message ?? 'it cannot be read') : `"${name}" is not known`}${about}`);
}

/** Puts mappings together; what stands in a later one goes before. */
export function joinMappings(...mappings: Mapping[]): Mapping {
  const all = (pick: (mapping: Mapping) => object | undefined): object => Object.assign({}, ...mappings.map((one) => pick(one) ?? {})) as object;
  return { ...all((one) => one), columns: all((one) => one.columns), constants: all((one) => one.constants), values: all((one) => one.values) };
}

/** Columns that a mapping names and a file lacks. */
export const missingColumns = ({ columns = {} }: Mapping, header: readonly string[]): string[] =>
  Object.values(columns).filter((column) => !header.includes(column));

/** The fields of a row: columns first, then constants, words translated; what is empty is absent. */
export function fieldsOf(record: Record<string, string>, { columns = {}, constants = {}, values = {} }: Mapping): Fields {
  const fields: Fields = {};
  for (const field of Object.keys(FIELDS).filter(isField)) {
    const said = (record[columns[field] ?? field] ?? '').trim();
    const translated = values[field]?.[said] ?? said;
    const value = translated === '' ? constants[field] : translated;
    if (value !== undefined && value !== '') fields[field] = value;
  }
  return fields;
}
