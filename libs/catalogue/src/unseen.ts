/**
 * Characters that nobody sees, or that turn the direction in which others are written: controls and formats of Unicode, lines and
 * paragraphs by their own characters, and letters without ink.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
/** Where joining is part of the spelling: within a picture, and between letters of scripts that join. */
const PICTURES = /(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d(?=\p{Extended_Pictographic})/gu;
const JOINING = '[\\p{Script=Arabic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}]';
const SPELT = new RegExp(`(?<=${JOINING})[\\u200c\\u200d](?=${JOINING})`, 'gu');
const ALLOWED = new Set(['\n', '\r']);

/** The first character of a text that nobody sees, and where it stands; undefined where there is none. Letters that look like others are letters. */
export function firstUnseen(text: string): { name: string; line: number; letter: number } | undefined {
  const spelt = new Set([PICTURES, SPELT].flatMap((pattern) => [...text.matchAll(pattern)].map(({ index }) => index)));
  const found = [...text.matchAll(UNSEEN)].find(({ 0: letter, index }) => !ALLOWED.has(letter) && !spelt.has(index));
  if (!found) return undefined;
  const before = text.slice(0, found.index).split('\n');
  const name = `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return { name, line: before.length, letter: [...(before.at(-1) ?? '')].length + 1 };
}
