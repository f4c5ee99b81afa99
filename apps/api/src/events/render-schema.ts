import { escapeHtml as e } from '#html';
import type { Schema, SchemaObject } from '#schemas';

export type Definitions = Record<string, SchemaObject>;

/** Text in which `code` stands between backticks. */
export const words = (text: string): string => e(text).replace(/`([^`]+)`/g, '<code>$1</code>');

const nameOf = ($ref: string): string => $ref.slice($ref.lastIndexOf('/') + 1);

/** What a definition is called where it says more than its name. */
const PLAIN: Record<string, string> = { Uuid: 'UUID', Time: 'time', Hash: 'SHA-256', Count: 'whole number', Id: 'id', Ids: 'ids', Code: 'code' };

const choices = (values: unknown[]): string => values.map((value) => `<code>${e(String(value))}</code>`).join(' ');

function shortOf(schema: SchemaObject): string {
  if (schema.const !== undefined) return `<code>${e(JSON.stringify(schema.const).replaceAll('"', ''))}</code>`;
  if (schema.anyOf) return 'object';
  return e([schema.type ?? ''].flat().join(' or '));
}

/** The kind of value in a word or two. */
export function kindOf(schema: Schema, definitions: Definitions): string {
  if (typeof schema === 'boolean') return '';
  if (schema.$ref === undefined) return schema.type === 'array' && typeof schema.items === 'object' ? `list of ${kindOf(schema.items, definitions)}` : shortOf(schema);
  const name = nameOf(schema.$ref);
  const found = definitions[name] ?? {};
  return PLAIN[name] ?? (found.enum ? 'one of' : shortOf(found));
}

/** What a member means: its own words first, then those of what it refers to, then the values that it can have. */
function meaningOf(schema: SchemaObject, definitions: Definitions, brief: boolean): string {
  const found = schema.$ref === undefined ? schema : (definitions[nameOf(schema.$ref)] ?? {});
  const plain = schema.$ref !== undefined && PLAIN[nameOf(schema.$ref)] !== undefined;
  const said = schema.description ?? (plain ? '' : (found.description ?? ''));
  const values = found.enum && !brief ? `<span class="values">${choices(found.enum)}</span>` : '';
  return `${words(said)}${values}`;
}

function innerOf(schema: SchemaObject, definitions: Definitions): SchemaObject | undefined {
  const found = schema.$ref === undefined ? schema : definitions[nameOf(schema.$ref)];
  const items = typeof found?.items === 'object' ? found.items : found;
  const inner = items?.$ref === undefined ? items : definitions[nameOf(items.$ref)];
  return inner?.properties ? inner : undefined;
}

function row(name: string, schema: SchemaObject, { definitions, required, prefix, brief }: RowOptions): string {
  const mark = required ? ' <span class="always">always</span>' : '';
  return `<tr><th scope="row"><code>${e(prefix)}<b>${e(name)}</b></code>${mark}</th><td class="kind">${kindOf(schema, definitions)}</td><td>${meaningOf(schema, definitions, brief)}</td></tr>`;
}

interface RowOptions {
  definitions: Definitions;
  required: boolean;
  prefix: string;
  brief: boolean;
}

/** Rows for the members of an object, and of what lies in them. */
export function rowsOf({ properties = {}, required = [] }: SchemaObject, definitions: Definitions, { prefix = '', brief = false } = {}): string {
  const members = Object.entries(properties).filter((entry): entry is [string, SchemaObject] => typeof entry[1] === 'object');
  return members
    .map(([name, schema]) => {
      const inner = innerOf(schema, definitions);
      const own = row(name, schema, { definitions, required: required.includes(name), prefix, brief });
      return inner ? `${own}${rowsOf(inner, definitions, { prefix: `${prefix}${name}.`, brief: true })}` : own;
    })
    .join('\n');
}

const HEAD = '<thead><tr><th scope="col">Member</th><th scope="col">Kind</th><th scope="col">Meaning</th></tr></thead>';

/** A table of members; the caption is read aloud, and its box scrolls by keyboard where the window is narrow. */
export const memberTable = (rows: string, caption: string, of = ''): string =>
  rows === '' ? '' : `<div class="scroll" role="region" aria-label="${e(`${caption} ${of}`.trim())}" tabindex="0"><table><caption>${e(caption)}</caption>${HEAD}<tbody>${rows}</tbody></table></div>`;

/** JSON with its parts told apart. */
export function jsonText(value: unknown): string {
  const text = e(JSON.stringify(value, null, 2));
  return text.replace(/(&quot;(?:(?!&quot;).)*&quot;)(\s*:)?|\b(true|false|null|-?\d+(?:\.\d+)?)\b/g, (all, string: string | undefined, colon: string | undefined) => {
    if (string === undefined) return `<i class="n">${all}</i>`;
    return colon === undefined ? `<i class="s">${string}</i>` : `<i class="k">${string}</i>${colon}`;
  });
}
