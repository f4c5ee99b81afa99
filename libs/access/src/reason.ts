/** Characters of a reason for reading: a word or two. */
export const MAX_REASON = 200;

/** What draws other lines into a trace than were noted: control characters, ends of lines, and what turns the direction of writing. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Whether a text is one line of what it looks like. */
export const isPlain = (text: string): boolean => text.search(UNSEEN) < 0;

/** The text with what cannot be seen written out. */
export const plain = (text: string): string => text.replace(UNSEEN, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
