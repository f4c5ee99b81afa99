import { BASE } from './style.js';

type Child = Node | string | false | undefined;

/** An element; its texts stay texts, whatever stands in them. */
export function build<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes: Record<string, unknown> = {}, ...children: Child[]): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key, value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

/** Gives an element a shadow of its own with these styles: no inline style, so a strict CSP has nothing to refuse. */
export function dress(host: HTMLElement, ...styles: string[]): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [BASE, ...styles].map(sheetOf);
  return root;
}

const sheets: Record<string, CSSStyleSheet | undefined> = {};

export function sheetOf(styles: string): CSSStyleSheet {
  let sheet = sheets[styles];
  if (!sheet) (sheets[styles] = sheet = new CSSStyleSheet()).replaceSync(styles);
  return sheet;
}

/** In Node there are no elements: the package can be imported there, and does nothing. */
export const Element = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

export function define(name: string, element: typeof HTMLElement): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
