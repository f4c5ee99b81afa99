import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { until } from './until.js';

/** The programs that act on what was recorded and sent: on a machine of all they come after those that record and send it. */
export const BEHIND: ReadonlySet<string> = new Set(['worker', 'newsletter', 'analytics', 'portal']);

/** Where processors are short, a third of the time of a process that did not step back (weights of 335 and 1,024, sched(7)). */
export const NICE = 5;

const LIMIT_MS = 5_000;

/** Linux counts each thread by itself; what a thread makes from now on is as it is. */
function setAll(pid: number): void {
  setPriority(pid, NICE);
  const threads = `/proc/${pid}/task`;
  if (existsSync(threads)) for (const thread of readdirSync(threads)) setPriority(Number(thread), NICE);
}

/** Linux may count all processes of a session as one (autogroup, sched(7)): the file that says how far it steps back, where the session is the process's own. */
function sessionOf(pid: number): string | undefined {
  const file = `/proc/${pid}/autogroup`;
  if (!existsSync(file)) return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const leader = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
  return leader === String(pid) ? file : undefined;
}

/**
 * Lets a process, and the session that it leads, take the processors after those that did not step back; where there are enough it
 * changes nothing. Where the system does not let it, or the process is gone, everything stays as it is. Never rejects.
 */
export async function stepBack(pid: number): Promise<void> {
  try {
    setAll(pid);
    const session = sessionOf(pid);
    // Of whoever is not root Linux takes ten such changes a second (EAGAIN).
    const isTaken = (file: string): Promise<boolean> => writeFile(file, String(NICE)).then(() => true, (error: { code?: string }) => error.code !== 'EAGAIN');
    if (session) await until(() => isTaken(session), { timeoutMs: LIMIT_MS });
  } catch {
    // It goes on as it began.
  }
}
