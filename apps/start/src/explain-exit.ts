interface LogLine {
  /** pino's number, or its name where a program prefers that. */
  level?: number | string;
  msg?: string;
  reason?: string;
  err?: { message?: string };
}

const ERROR_LEVEL = 50;
const isErrorLevel = (level: number | string): boolean => (typeof level === 'number' ? level >= ERROR_LEVEL : ['error', 'fatal'].includes(level));

/** Why a program ended, as far as its own last log says: its last error, else its last line, at most 300 characters. */
export function lastWords(log: string): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const words = lines.map(wordsOf).filter((line) => line !== undefined);
  const error = words.findLast(({ isError }) => isError) ?? words.at(-1);
  return (error?.text ?? '').slice(0, 300);
}

function wordsOf(line: string): { text: string; isError: boolean } | undefined {
  if (/^\s|^node:|^Node\.js v/.test(line)) return undefined;
  if (!line.startsWith('{')) return { text: line.trim(), isError: /^\w*Error\b/.test(line) };
  try {
    const { level = 0, msg, reason, err } = JSON.parse(line) as LogLine;
    const text = [msg, reason, err?.message].filter((part) => part !== undefined && part !== '').join(': ');
    return text ? { text, isError: isErrorLevel(level) } : undefined;
  } catch {
    return undefined;
  }
}
