import { blocksOf, type Block } from '#catalogue';
import { escapeHtml } from './page.js';

function block(part: Block): string {
  if (part.kind === 'list') return `<ul>${part.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  return part.kind === 'heading' ? `<h2>${escapeHtml(part.text)}</h2>` : `<p>${escapeHtml(part.text)}</p>`;
}

/** The whole of a notice behind a summary, in its own language. */
export const noticeText = (summary: string, body: string, locale?: string): string =>
  `<details${locale ? ` lang="${escapeHtml(locale)}"` : ''}><summary>${escapeHtml(summary)}</summary>\n${blocksOf(body).map(block).join('\n')}\n</details>`;
