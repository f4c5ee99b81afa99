import { blocksOf, type Block } from '#catalogue';
import { escapeHtml } from '#html';

function block(part: Block): string {
  if (part.kind === 'list') return `<ul>${part.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  return part.kind === 'heading' ? `<h2>${escapeHtml(part.text)}</h2>` : `<p>${escapeHtml(part.text)}</p>`;
}

/** The whole of a notice, in its own language, behind a summary in that of the page. */
export const noticeText = (summary: string, body: string, locale: string): string =>
  `<details><summary>${escapeHtml(summary)}</summary>\n<div lang="${escapeHtml(locale)}">${blocksOf(body).map(block).join('\n')}</div>\n</details>`;
