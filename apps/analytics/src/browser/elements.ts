/** A new element with a class and its parts; texts stay texts. */
export function element(name: string, className: string, ...parts: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...parts);
  return made;
}

/** Puts rows of cells into a table's body; the first cell of each row is its heading. */
export function fillRows(body: HTMLElement | null, rows: readonly (readonly (Node | string)[])[]): void {
  body?.replaceChildren(
    ...rows.map(([first = '', ...rest]) => {
      const heading = element('th', '', first);
      heading.setAttribute('scope', 'row');
      return element('tr', '', heading, ...rest.map((cell) => element('td', '', cell)));
    }),
  );
}

const numbers = new Intl.NumberFormat('en-GB');
export const numberOf = (value: number): string => numbers.format(value);
export const countOf = (value: number, one: string, many = `${one}s`): string => `${numberOf(value)} ${value === 1 ? one : many}`;
