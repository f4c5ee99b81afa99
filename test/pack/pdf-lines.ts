import { inflateSync } from 'node:zlib';

/** A piece of text as it stands on a page of a PDF: where its first letter's line begins, from the bottom left. */
export interface PdfLine {
  page: number;
  x: number;
  y: number;
  text: string;
}

interface PdfObject {
  dictionary: string;
  stream: string;
}

const OBJECT = /(\d+) 0 obj\n([\s\S]*?)\nendobj/g;

function objectsOf(pdf: Buffer): Map<string, PdfObject> {
  const objects = new Map<string, PdfObject>();
  for (const [, id = '', text = ''] of pdf.toString('latin1').matchAll(OBJECT)) {
    const [dictionary = '', packed] = text.split('\nstream\n');
    const bytes = Buffer.from(packed?.replace(/\nendstream$/, '') ?? '', 'latin1');
    objects.set(id, { dictionary, stream: (dictionary.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1') });
  }
  return objects;
}

const utf16 = (hex: string): string => Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le');

/** Which letters the codes of an embedded font stand for. */
function lettersOf(cmap: string): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [, first = '', , list = ''] of cmap.matchAll(/<(\w{4})> <(\w{4})> \[(.*?)\]/g)) {
    [...list.matchAll(/<([\w ]*)>/g)].forEach(([, hex = ''], at) => letters.set(parseInt(first, 16) + at, utf16(hex)));
  }
  return letters;
}

/** The text of a PDF as its fonts' own tables read it: what they have no letter for is U+FFFD. Of a font that is not embedded, one byte is a letter. */
export function linesOf(pdf: Buffer): PdfLine[] {
  const objects = objectsOf(pdf);
  const named = (dictionary: string, name: string): PdfObject | undefined => objects.get(new RegExp(`/${name} (\\d+) 0 R`).exec(dictionary)?.[1] ?? '');
  const fonts = new Map<string, Map<number, string> | undefined>();
  for (const { dictionary } of objects.values()) {
    for (const [, name = '', id = ''] of dictionary.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const cmap = named(objects.get(id)?.dictionary ?? '', 'ToUnicode');
      fonts.set(name, cmap && lettersOf(cmap.stream));
    }
  }
  const textOf = (hex: string, letters: Map<number, string> | undefined): string =>
    letters ? (hex.match(/.{4}/g) ?? []).map((code) => letters.get(parseInt(code, 16)) ?? '\ufffd').join('') : Buffer.from(hex, 'hex').toString('latin1');
  const pages = [...objects.values()].filter(({ dictionary }) => /\/Type \/Page\b(?!s)/.test(dictionary));
  return pages.flatMap(({ dictionary }, page) =>
    [...(named(dictionary, 'Contents')?.stream ?? '').matchAll(/1 0 0 1 ([\d.]+) ([\d.]+) Tm\n\/(F\d+) [\d.]+ Tf\n(?:[^[\n]*\n)*\[(.*?)\] TJ/g)].map(([, x, y, font = '', shown = '']) => ({
      page, x: Number(x), y: Number(y), text: [...shown.matchAll(/<(\w*)>/g)].map(([, hex = '']) => textOf(hex, fonts.get(font))).join(''),
    })),
  );
}
