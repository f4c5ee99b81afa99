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

/** NFC and LF, whatever the file was saved as, and without the mark that some editors put before it. */
export const cleanText = (text: string): string => text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n').normalize('NFC');

interface Passage {
  name: string;
  text: string;
}

/** What stands under each `# name` line of a file, in order. Throws where something stands before the first: it would be nowhere. */
function passagesIn(file: string): Passage[] {
  const [before = '', ...pieces] = cleanText(file).split(/^# (.+)$/m);
  const [lost] = before.trim().split('\n');
  if (lost) throw new Error(`“${lost}” stands before the first line that begins with “# ”`);
  const names = pieces.filter((_, index) => index % 2 === 0);
  return names.map((name, index) => ({ name: name.trim(), text: pieces[index * 2 + 1]?.trim() ?? '' }));
}

/** The passages of a file by their `# name` line. Throws where a name stands twice. */
export function readPassages(file: string): Record<string, string> {
  const passages = passagesIn(file);
  const twice = passages.find(({ name }, at) => passages.findIndex((other) => other.name === name) !== at);
  if (twice) throw new Error(`“# ${twice.name}” stands there twice`);
  return Object.fromEntries(passages.map(({ name, text }) => [name, text]));
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

/** The purposes that a text has a line for. A line is that of the purposes whose own line is the longest that it begins with. */
function saidIn(body: string, purposes: Purpose[], lines: Record<string, string>): Set<string> {
  const own = purposes.map(({ id }) => ({ id, line: `- ${lines[id]}` }));
  const saidBy = (row: string): string[] => {
    const begun = own.filter(({ line }) => row.startsWith(line));
    const longest = Math.max(...begun.map(({ line }) => line.length));
    return begun.filter(({ line }) => line.length === longest).map(({ id }) => id);
  };
  return new Set(body.split('\n').flatMap((row) => saidBy(row.trimStart())));
}

/**
 * Title and body of a notice. The source begins with `# Title`; `{{consents}}`, `{{objections}}`, `{{told}}`,
 * `{{categories}}` and `{{recipients}}` become the lists that follow from the notice's purposes, any other `{{name}}`
 * the shared passage of that name. Throws where a line or a passage is missing, where the text leaves out purposes, and
 * where a second line would be a title: what stands behind it would be left out.
 */
export function renderNotice(source: string, material: NoticeMaterial): { title: string; body: string } {
  const [{ name: title, text } = { name: '', text: '' }, second] = passagesIn(source);
  if (second) throw new Error(`the text has more titles than one: “${second.name}”`);
  const passages: Record<string, string> = { ...material.parts, ...lists(material) };
  const body = text.replace(/\{\{([a-z-]+)\}\}/g, (_, name: string) => {
    const passage = passages[name];
    if (passage === undefined) throw new Error(`no passage ${name}`);
    return passage;
  });
  const said = saidIn(body, material.purposes, material.lines.purposes);
  const unsaid = material.purposes.filter(({ id }) => !said.has(id));
  if (unsaid.length > 0) throw new Error(`the text leaves out ${unsaid.map(({ id }) => id).join(', ')}`);
  return { title, body };
}
