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

const ONLY: Record<string, string> = {
  sv: 'Den här webbplatsen frågar bara om: {purposes}. Det andra som texten nämner kan du inte säga ja till här.',
  da: 'Denne hjemmeside spørger kun om: {purposes}. Det andet, som teksten nævner, kan du ikke sige ja til her.',
  en: 'This website asks only about: {purposes}. You cannot say yes here to the other things that the text names.',
};

interface Text {
  body: string;
  /** What it names, by id. */
  purposes: string[];
}

/** A text is bound to its hash, and so the same on every site: where it names more than this one asks about, that is said before it. */
function only(core: Core, texts: Text[], locale: string): HTMLElement[] {
  const { purposes = [], necessary = [] } = core.site() ?? {};
  const others = new Set(texts.flatMap((text) => text.purposes).filter((id) => !purposes.some((one) => one.id === id)));
  if (others.size <= necessary.length) return [];
  const titles = purposes.map(({ title }) => title).join(', ');
  return [core.build('p', {}, core.build('b', {}, ONLY[locale in ONLY ? locale : 'en']?.replace('{purposes}', () => titles)))];
}

/**
 * The whole text of the notices, exactly the version that a choice is bound to: all of it or none; read when it is opened, anew where it
 * could not be. `ofSite`: they are those of all that the site asks browsers about.
 */
export function noticeText(core: Core, notices: Record<string, { version: string }>, { locale = '', label = '', ofSite = false }: { locale?: string; label?: string; ofSite?: boolean }): HTMLElement {
  const text = core.build('div', { tabindex: '0', role: 'region', 'aria-label': label });
  let isRead = false;
  async function textOf([id, { version }]: [string, { version: string }]): Promise<Text> {
    const response = await fetch(`${core.settings.api}/v1/notices/${id}?version=${version}&locale=${locale}`, { credentials: 'omit' });
    return (await response.json()) as Text;
  }
  const blocksOf = ({ body }: Text): HTMLElement[] => body.split(/\n{2,}/).filter((block) => block.trim()).map((block) => blockOf(core, block));
  async function read(this: HTMLDetailsElement): Promise<void> {
    if (!this.open || isRead) return;
    isRead = true;
    try {
      const texts = await Promise.all(Object.entries(notices).map(textOf));
      text.replaceChildren(...(ofSite ? only(core, texts, locale) : []), ...texts.flatMap(blocksOf));
    } catch {
      isRead = false;
      text.replaceChildren(core.build('p', { role: 'status' }, FAILED[locale] ?? FAILED.en));
    }
  }
  return core.build('details', { toggle: read }, core.build('summary', {}, label), text);
}
