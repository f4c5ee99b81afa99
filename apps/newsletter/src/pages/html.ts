/** Markup that is safe as it stands. */
export interface Html {
  readonly html: string;
}

type Value = string | number | Html | readonly Html[] | false | null | undefined;

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const asText = (value: string | number): string => String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

function show(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string' || typeof value === 'number') return asText(value);
  return 'html' in value ? value.html : value.map((one) => one.html).join('');
}

/** Template of markup: every value is escaped unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html => ({
  html: strings.reduce((page, part, index) => page + show(values[index - 1]) + part),
});
