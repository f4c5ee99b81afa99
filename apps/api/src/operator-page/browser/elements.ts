/** An element with text or children. What came from the ledger is only ever put in as text. */
export function element(name: string, className = '', ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export const find = <Kind extends HTMLElement = HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;

/** Colours and line patterns there are; a further system begins anew. */
export const TONES = 6;
export const toneOf = (at: number): string => `tone-${(at % TONES) + 1}`;
