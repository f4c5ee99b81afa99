import type { Choice, Purpose } from './purpose.js';

/** One sentence for each purpose, category and recipient, as notices say it. */
export interface NoticeLines {
  purposes: Record<string, string>;
  categories: Record<string, string>;
  recipients: Record<string, string>;
}

/** What a notice is put together from, in one language. */
export interface NoticeMaterial {
  /** The purposes in the order in which the text takes them up. */
  purposes: Purpose[];
  lines: NoticeLines;
  /** Passages that several notices share. */
  parts: Record<string, string>;
}

/** NFC and LF, whatever the file was saved as. */
export const cleanText = (text: string): string => text.replace(/\r\n?/g, '\n').normalize('NFC');

/** The passages of a file by their `# name` line. */
export function readPassages(file: string): Record<string, string> {
  const pieces = cleanText(file).split(/^# (.+)$/m).slice(1);
  const names = pieces.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name.trim(), pieces[index * 2 + 1]?.trim() ?? '']));
}

function list(ids: string[], lines: Record<string, string>): string {
  const missing = ids.filter((id) => lines[id] === undefined);
  if (missing.length > 0) throw new Error(`no line for ${missing.join(', ')}`);
  return ids.map((id) => `- ${lines[id]}`).join('\n');
}

/** The ids that any of the purposes names, in the order in which the lines stand. */
function named(purposes: Purpose[], member: 'categories' | 'recipients', lines: Record<string, string>): string[] {
  const wanted = new Set(purposes.flatMap((purpose) => purpose[member] ?? []));
  const known = Object.keys(lines).filter((id) => wanted.has(id));
  return [...known, ...[...wanted].filter((id) => !known.includes(id))];
}

function lists({ purposes, lines }: NoticeMaterial): Record<string, string> {
  const chosen = (choice: Choice): string =>
    list(purposes.filter((purpose) => purpose.choice === choice).map(({ id }) => id), lines.purposes);
  return {
    consents: chosen('grant-withdraw'),
    objections: chosen('object-lift'),
    told: chosen('told'),
    categories: list(named(purposes, 'categories', lines.categories), lines.categories),
    recipients: list(named(purposes, 'recipients', lines.recipients), lines.recipients),
  };
}

/**
 * Title and body of a notice. The source begins with `# Title`; `{{consents}}`, `{{objections}}`, `{{told}}`,
 * `{{categories}}` and `{{recipients}}` become the lists that follow from the notice's purposes, any other `{{name}}`
 * the shared passage of that name. Throws where a line or a passage is missing, and where the text leaves out purposes.
 */
export function renderNotice(source: string, material: NoticeMaterial): { title: string; body: string } {
  const [[title, text] = ['', '']] = Object.entries(readPassages(source));
  const passages: Record<string, string> = { ...material.parts, ...lists(material) };
  const body = text.replace(/\{\{([a-z-]+)\}\}/g, (_, name: string) => {
    const passage = passages[name];
    if (passage === undefined) throw new Error(`no passage ${name}`);
    return passage;
  });
  const unsaid = material.purposes.filter(({ id }) => !body.includes(`- ${material.lines.purposes[id]}`));
  if (unsaid.length > 0) throw new Error(`the text leaves out ${unsaid.map(({ id }) => id).join(', ')}`);
  return { title, body };
}
