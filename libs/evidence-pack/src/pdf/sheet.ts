import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setImmediate as soon } from 'node:timers/promises';
import PDFDocument from 'pdfkit';

const INK = '#17211d';
const SOFT = '#4d5b55';
const ACCENT = '#0b6b50';
const LINE = '#d5ddd9';
const WASH = '#f1f5f3';
const MARGIN = { top: 56, bottom: 64, left: 56, right: 56 };
const LABEL = 120;
/** A value of some lines is not torn apart; a longer one goes on overleaf. */
const TOGETHER = 60;
const WIDTH = 595.28 - MARGIN.left - MARGIN.right;

const require = createRequire(import.meta.url);
const face = (name: string): Buffer => readFileSync(require.resolve(`@expo-google-fonts/source-sans-3/${name}/SourceSans3_${name}.ttf`));
/** Read once: the same for every document. */
const faces = (() => {
  let read: { plain: Buffer; bold: Buffer } | undefined;
  return () => (read ??= { plain: face('400Regular'), bold: face('600SemiBold') });
})();

export interface SheetInfo {
  title: string;
  subject: string;
  madeAt: Date;
  footer: string;
}

/** Controls, and what only steers how others are written. */
const UNSEEN = /[\p{Cc}\p{Cf}]/u;

/** A document of flowing text on A4: headings, paragraphs, labelled lines, boxes. Latin, Greek and Cyrillic letters. */
export class Sheet {
  private readonly doc: PDFKit.PDFDocument;
  private readonly chunks: Buffer[] = [];
  /** Code points for which the font has a letter. */
  private readonly letters: ReadonlySet<number>;
  private drawn = 0;

  constructor(private readonly info: SheetInfo) {
    const { title, subject, madeAt } = info;
    this.doc = new PDFDocument({ size: 'A4', margins: MARGIN, bufferPages: true, lang: 'en', displayTitle: true, info: { Title: title, Subject: subject, Creator: 'Samtycke', CreationDate: madeAt, ModDate: madeAt } });
    const { plain, bold } = faces();
    this.doc.registerFont('plain', plain).registerFont('bold', bold);
    this.doc.font('plain');
    this.letters = new Set((this.doc as unknown as { _font: { font: { characterSet: number[] } } })._font.font.characterSet);
    this.doc.on('data', (chunk: Buffer) => this.chunks.push(chunk));
  }

  private write(text: string, { font = 'plain', size = 10, color = INK, indent = 0, gap = 4 }: { font?: string; size?: number; color?: string; indent?: number; gap?: number } = {}): void {
    this.doc.font(font).fontSize(size).fillColor(color).text(this.clean(text), MARGIN.left + indent, undefined, { width: WIDTH - indent, lineGap: 1.5, paragraphGap: gap });
  }

  /**
   * A text as the font can draw it. What has no place in a line is left out; what has no letter in the font, or none that is
   * seen, stands there by its number: a report that lost it would read as another text.
   */
  private clean(text: string): string {
    const letters = [...text.replaceAll('\t', ' ').normalize('NFC')].filter((letter) => letter >= ' ' || letter === '\n');
    return letters.map((letter) => (letter === '\n' || this.draws(letter) ? letter : `[U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`)).join('');
  }

  private draws(letter: string): boolean {
    return letter <= '~' || (!UNSEEN.test(letter) && this.letters.has(letter.codePointAt(0) ?? 0));
  }

  /** Begins a new page where less than `height` is left. */
  private room(height: number): void {
    if (this.doc.y + height > this.doc.page.height - MARGIN.bottom) this.doc.addPage();
  }

  title(text: string, lead: string): void {
    this.write(text, { font: 'bold', size: 24, gap: 2 });
    this.write(lead, { size: 11, color: SOFT, gap: 12 });
  }

  heading(text: string): void {
    this.room(90);
    this.doc.moveDown(0.8);
    this.write(text, { font: 'bold', size: 15, color: ACCENT, gap: 5 });
    this.doc.outline.addItem(text);
  }

  subheading(text: string): void {
    this.room(60);
    this.doc.moveDown(0.4);
    this.write(text, { font: 'bold', size: 11.5, gap: 3 });
  }

  paragraph(text: string, soft = false): void {
    this.write(text, { color: soft ? SOFT : INK });
  }

  item(text: string): void {
    this.room(16);
    const { y } = this.doc;
    this.doc.circle(MARGIN.left + 4, y + 6.5, 1.6).fill(ACCENT);
    this.doc.y = y;
    this.write(text, { indent: 14, gap: 2 });
  }

  /** A name and what it stands for, side by side. */
  labelled(label: string, value: string): void {
    const [name, text] = [this.clean(label), this.clean(value)];
    this.doc.font('plain').fontSize(9.5);
    const beside = { width: WIDTH - LABEL - 6, lineGap: 1, paragraphGap: 2.5 };
    const height = this.doc.heightOfString(name, { width: LABEL });
    this.room(Math.max(16, height, Math.min(TOGETHER, this.doc.heightOfString(text, beside))));
    const { y, page } = this.doc;
    this.doc.fillColor(SOFT).text(name, MARGIN.left, y, { width: LABEL });
    this.doc.fillColor(INK).text(text, MARGIN.left + LABEL + 6, y, beside);
    if (this.doc.page === page) this.doc.y = Math.max(this.doc.y, y + height + 2.5);
  }

  /** A few lines that must not be overlooked. */
  box(title: string, text: string): void {
    const inner = WIDTH - 28;
    this.doc.font('plain').fontSize(10);
    const height = 38 + this.doc.heightOfString(this.clean(text), { width: inner, lineGap: 1.5 });
    this.room(height + 8);
    const top = this.doc.y + 2;
    this.doc.roundedRect(MARGIN.left, top, WIDTH, height, 6).fill(WASH);
    this.doc.rect(MARGIN.left, top + 4, 3, height - 8).fill(ACCENT);
    this.doc.font('bold').fontSize(11).fillColor(INK).text(this.clean(title), MARGIN.left + 14, top + 10, { width: inner });
    this.doc.font('plain').fontSize(10).text(this.clean(text), MARGIN.left + 14, undefined, { width: inner, lineGap: 1.5 });
    this.doc.y = top + height + 8;
  }

  /** One row of a timeline: when, what, small print below, and a hash (in letters of one width, that need no shaping). */
  entry(when: string, what: string, small: string[], hash: string): void {
    this.room(38 + small.length * 12);
    const { y } = this.doc;
    const column = 126;
    this.doc.circle(MARGIN.left + 4, y + 6.5, 2.4).fill(ACCENT);
    this.doc.font('plain').fontSize(9.5).fillColor(SOFT).text(when, MARGIN.left + 14, y, { width: column - 16, lineBreak: false });
    this.doc.font('bold').fontSize(10.5).fillColor(INK).text(this.clean(what), MARGIN.left + column, y, { width: WIDTH - column, lineGap: 1 });
    this.doc.font('plain').fontSize(9).fillColor(SOFT).text(this.clean(small.join('\n')), MARGIN.left + column, undefined, { width: WIDTH - column, lineGap: 1 });
    this.doc.y += 1.5;
    this.doc.font('Courier').fontSize(8).text(hash, MARGIN.left + column, undefined, { width: WIDTH - column, lineBreak: false });
    this.doc.y += 8;
  }

  rule(): void {
    const y = this.doc.y + 3;
    this.doc.moveTo(MARGIN.left, y).lineTo(MARGIN.left + WIDTH, y).lineWidth(0.7).strokeColor(LINE).stroke();
    this.doc.y = y + 7;
  }

  /** Lets others work now and then while a long document is drawn. */
  async pause(): Promise<void> {
    this.drawn += 1;
    if (this.drawn % 40 === 0) await soon();
  }

  private footers(): void {
    const { start, count } = this.doc.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.doc.switchToPage(page);
      this.doc.page.margins.bottom = 0;
      const y = this.doc.page.height - 40;
      this.doc.font('plain').fontSize(8).fillColor(SOFT).text(this.info.footer, MARGIN.left, y, { width: WIDTH - 60, lineBreak: false });
      this.doc.text(`${page + 1} / ${count}`, MARGIN.left + WIDTH - 60, y, { width: 60, align: 'right', lineBreak: false });
    }
  }

  /** Ends the document. */
  async finish(): Promise<Buffer> {
    this.footers();
    const ended = new Promise((resolve) => this.doc.once('end', resolve));
    this.doc.end();
    await ended;
    return Buffer.concat(this.chunks);
  }
}
