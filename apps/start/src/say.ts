/** Tells the one who started the program how far it is. */
export interface Reporter {
  /** Runs a step: one line with the time it took once it is done. `result` of the answer is shown beside the label. */
  step<T>(label: string, work: () => Promise<T>, result?: (answer: T) => string): Promise<T>;
  /** A line about something that happened, with the time of day. */
  event(text: string): void;
  /** A line, or several, as they stand. */
  text(text: string): void;
  /** Seconds since the reporter was made, such as `3.2 s`. */
  elapsed(): string;
}

const REDRAW_EVERY_MS = 200;
const USUAL_WIDTH = 80;
const CLEAR_LINE = '\r\u001b[2K';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** On a terminal, what is under way stands in a last line that is drawn again; elsewhere only finished steps are written. */
export function createReporter(out: NodeJS.WriteStream, begun = performance.now()): Reporter {
  const underWay = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const draw = () => {
    if (!out.isTTY || underWay.size === 0) return;
    const line = [...underWay].map(([label, since]) => `${label} ${seconds(performance.now() - since)}`).join(', ');
    // One column short of the edge: a line that wraps could not be drawn over. Some terminals report no width at all.
    out.write(CLEAR_LINE + `  … ${line}`.slice(0, (out.columns || USUAL_WIDTH) - 1));
  };
  const write = (line: string) => {
    out.write(`${out.isTTY && underWay.size > 0 ? CLEAR_LINE : ''}${line}\n`);
    draw();
  };
  const begin = (label: string) => {
    underWay.set(label, performance.now());
    if (out.isTTY && !timer) timer = setInterval(draw, REDRAW_EVERY_MS).unref();
    draw();
  };
  const end = (label: string): string => {
    const since = underWay.get(label) ?? performance.now();
    if (out.isTTY) out.write(CLEAR_LINE);
    underWay.delete(label);
    if (underWay.size === 0) timer = void clearInterval(timer);
    return seconds(performance.now() - since);
  };

  return {
    async step(label, work, result) {
      begin(label);
      try {
        const answer = await work();
        const took = end(label);
        write(`  ${label.padEnd(14)}${(result?.(answer) ?? 'done').padEnd(44)}${took.padStart(8)}`);
        return answer;
      } catch (error) {
        end(label);
        draw();
        throw error;
      }
    },
    event: (text) => write(`${new Date().toTimeString().slice(0, 8)} ${text}`),
    text: write,
    elapsed: () => seconds(performance.now() - begun),
  };
}
