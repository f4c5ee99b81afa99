/** One block of a notice's body. */
export type Block = { kind: 'heading' | 'paragraph'; text: string } | { kind: 'list'; items: string[] };

const ITEM = '- ';

function blockOf(lines: string[]): Block {
  if (lines.every((line) => line.startsWith(ITEM))) return { kind: 'list', items: lines.map((line) => line.slice(ITEM.length)) };
  const text = lines.join(' ');
  return { kind: lines.length === 1 && text.endsWith('?') ? 'heading' : 'paragraph', text };
}

/**
 * The blocks of a notice's body, in order. Blocks are parted by empty lines; a block of `- ` lines is a list; a single
 * line that ends in a question mark is a heading; all else is a paragraph. The texts hold no other markup: show them as
 * text, never as HTML.
 */
export const blocksOf = (body: string): Block[] =>
  body
    .split(/\n{2,}/)
    .filter((block) => block.trim() !== '')
    .map((block) => blockOf(block.split('\n')));
