import { Ajv, type ErrorObject } from 'ajv';
import { EMPTY_LIST, FIELD_NAMES, FIELDS, isList, type Field, type Fields } from './fields.js';

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

/** What the schema found, in words; where a name is not known, with those that are. */
function wrongIn(errors: ErrorObject[]): string {
  const names = errors.find((one) => one.keyword === 'propertyNames' || one.keyword === 'additionalProperties');
  const params = names?.params as { propertyName?: string; additionalProperty?: string } | undefined;
  if (!names || !params) return `${errors[0]?.instancePath || 'it'} ${errors[0]?.message ?? 'cannot be read'}`;
  const known = names.keyword === 'propertyNames' ? FIELDS : SCHEMA.properties;
  return `there is no "${params.propertyName ?? params.additionalProperty}"; there are ${Object.keys(known).join(', ')}`;
}

/** Checks what was read from a mapping file or put together from options. Throws ImportProblem. */
export function checkMapping(mapping: unknown): Mapping {
  if (fits(mapping)) return mapping;
  throw new ImportProblem(`the mapping is wrong: ${wrongIn(fits.errors ?? [])}`);
}

/** Puts mappings together; what stands in a later one goes before. */
export function joinMappings(...mappings: Mapping[]): Mapping {
  const all = (pick: (mapping: Mapping) => object | undefined): object => Object.assign({}, ...mappings.map((one) => pick(one) ?? {})) as object;
  return { ...all((one) => one), columns: all((one) => one.columns), constants: all((one) => one.constants), values: all((one) => one.values) };
}

/** Columns that a mapping names and a file lacks. */
export const missingColumns = ({ columns = {} }: Mapping, header: readonly string[]): string[] =>
  Object.values(columns).filter((column) => !header.includes(column));

/** The column of a field. */
export const columnOf = ({ columns }: Mapping, field: Field): string => columns?.[field] ?? field;

function saidOf(record: Record<string, string>, mapping: Mapping, field: Field): string {
  const cell = record[columnOf(mapping, field)]?.trim() ?? '';
  return cell === EMPTY_LIST && !isList(field) ? '' : cell;
}

function fieldOf(record: Record<string, string>, mapping: Mapping, field: Field): string | undefined {
  const { constants, values } = mapping;
  const said = saidOf(record, mapping, field);
  const words = values?.[field] ?? {};
  const meant = Object.hasOwn(words, said) ? words[said] : said;
  return meant === '' ? constants?.[field] : meant;
}

/** The fields of a row: its cells, in the words of the ledger, else the constants; what is empty is absent. */
export function fieldsOf(record: Record<string, string>, mapping: Mapping): Fields {
  const fields: Fields = {};
  for (const field of FIELD_NAMES) {
    const value = fieldOf(record, mapping, field);
    if (value !== undefined && value !== '') fields[field] = value;
  }
  return fields;
}
