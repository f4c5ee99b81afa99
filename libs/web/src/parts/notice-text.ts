import type { Core } from '../core.js';

/** The blocks of a notice's body, parted by empty lines: a list of `- ` lines, a single line that asks, or a paragraph. */
function blockOf(core: Core, block: string): HTMLElement {
  const lines = block.split('\n');
  if (lines.every((line) => line.startsWith('- '))) return core.build('ul', {}, ...lines.map((line) => core.build('li', {}, line.slice(2))));
  return core.build(lines.length === 1 && block.endsWith('?') ? 'h3' : 'p', {}, lines.join(' '));
}

/** Said by the part itself: a banner need not carry it. */
const FAILED: Record<string, string> = {
  sv: 'Texten kunde inte hämtas. Stäng och öppna igen för att försöka på nytt.',
  da: 'Teksten kunne ikke hentes. Luk og åbn igen for at prøve på ny.',
  en: 'The text could not be fetched. Close and open again to retry.',
};

/** The whole text of the notices, exactly the version that a choice is bound to: all of it or none; read when it is opened, anew where it could not be. */
export function noticeText(core: Core, notices: Record<string, { version: string }>, locale = '', label = ''): HTMLElement {
  const text = core.build('div', { tabindex: '0', role: 'region', 'aria-label': label });
  let isRead = false;
  async function blocksOf([id, { version }]: [string, { version: string }]): Promise<HTMLElement[]> {
    const response = await fetch(`${core.settings.api}/v1/notices/${id}?version=${version}&locale=${locale}`, { credentials: 'omit' });
    const { body } = (await response.json()) as { body: string };
    return body.split(/\n{2,}/).filter((block) => block.trim()).map((block) => blockOf(core, block));
  }
  async function read(this: HTMLDetailsElement): Promise<void> {
    if (!this.open || isRead) return;
    isRead = true;
    try {
      text.replaceChildren(...(await Promise.all(Object.entries(notices).map(blocksOf))).flat());
    } catch {
      isRead = false;
      text.replaceChildren(core.build('p', { role: 'status' }, FAILED[locale] ?? FAILED.en));
    }
  }
  return core.build('details', { toggle: read }, core.build('summary', {}, label), text);
}
