export interface ProgressLine {
  show(rows: number, bytes: number, more: string): void;
  end(): void;
}

const EVERY_MS = 5_000;
/** What is done sooner needs no line. */
const SOON_MS = 1_000;

/** How far a long work is, on stderr: one line that changes on a terminal, one every five seconds elsewhere. */
export function progressLine(totalBytes: number): ProgressLine {
  const since = performance.now();
  const terminal = process.stderr.isTTY;
  let [last, shown, first] = [-Infinity, false, -1];
  return {
    show(rows, bytes, more) {
      if (first < 0) first = rows;
      const now = performance.now();
      if (now - since < SOON_MS || now - last < (terminal ? 0 : EVERY_MS)) return;
      last = now;
      shown = true;
      const rate = Math.round(((rows - first) * 1000) / Math.max(1, now - since));
      const line = `${Math.floor((100 * bytes) / Math.max(1, totalBytes))} %, ${rows.toLocaleString('en')} rows, ${rate.toLocaleString('en')} a second, ${more}`;
      process.stderr.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
    },
    end() {
      if (terminal && shown) process.stderr.write('\n');
    },
  };
}
