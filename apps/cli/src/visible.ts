// Line feed and tab apart: control characters (C0, C1), and those that turn the direction of writing.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text in which what a terminal would obey is shown instead, as JSON writes it. */
export const visible = (text: string): string => text.replace(UNSEEN, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The same for what may hold no line of its own, such as a name from a file. */
export const visibleLine = (text: string): string => visible(text).replaceAll('\n', '\\n');

/** Whatever the command says is shown so: names from files and texts from the database are written by others. */
export function sayVisibly(): void {
  for (const name of ['log', 'error'] as const) {
    const say = console[name].bind(console);
    console[name] = (...said: unknown[]) => say(...said.map((one) => (typeof one === 'string' ? visible(one) : one)));
  }
}
