/** Markup that is safe as it stands. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[] | false | undefined;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as it may stand in an element or in a quoted attribute (HTML, section 13.3): it can become neither a tag nor the attribute's end. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'object') return 'markup' in part ? part.markup : part.map((one) => one.markup).join('');
  return escapeHtml(String(part));
}

/** Builds markup; every value that is not markup itself is escaped, so a text can never become a tag. */
export function html(parts: TemplateStringsArray, ...values: Part[]): Markup {
  return { markup: parts.map((part, index) => part + textOf(values[index])).join('') };
}

/** JSON for a data block in a page: no text in it can end the block. */
export const jsonBlock = (value: unknown): Markup => ({ markup: JSON.stringify(value).replace(/</g, '\\u003c') });
