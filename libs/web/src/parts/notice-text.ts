import type { Core } from '../load-parts.js';

/** The blocks of a notice's body, parted by empty lines: a list of `- ` lines, a single line that asks, or a paragraph. */
function blockOf(core: Core, block: string): HTMLElement {
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('- '))) return core.build('ul', {}, ...lines.map((line) => core.build('li', {}, line.slice(2))));
  return core.build(lines.length === 1 && block.endsWith('?') ? 'h3' : 'p', {}, lines.join(' '));
}

/** The whole text of the notices, exactly the version that a choice is bound to; read when it is opened. */
export function noticeText(core: Core, notices: Record<string, { version: string }>, locale = '', label = ''): HTMLElement {
  const text = core.build('div', { tabindex: '0', role: 'region', 'aria-label': label });
  async function read(this: HTMLDetailsElement): Promise<void> {
    if (!this.open || text.childElementCount) return;
    for (const [id, { version }] of Object.entries(notices)) {
      const response = await fetch(`${core.settings.api}/v1/notices/${id}?version=${version}&locale=${locale}`, { credentials: 'omit' });
      const { body } = (await response.json()) as { body: string };
      text.append(...body.split(/\n{2,}/).filter((block) => block.trim()).map((block) => blockOf(core, block)));
    }
  }
  return core.build('details', { toggle: read }, core.build('summary', {}, label), text);
}
