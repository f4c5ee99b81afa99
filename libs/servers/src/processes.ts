import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { until } from './until.js';

/** One life of a process: a pid alone may be given to another program later, pid and start together may not. */
export interface ProcessMark {
  pid: number;
  /** When it began, as the system counts it; compared as it stands, never read. */
  started: string;
  /** Its command line when the mark was made, arguments parted by spaces. */
  command: string;
}

const run = promisify(execFile);

async function markOnLinux(pid: number): Promise<ProcessMark | undefined> {
  const [stat, command, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/cmdline`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  // The name in brackets may hold spaces and brackets: the fields that count follow the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, ticks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X' || !ticks) return undefined;
  return { pid, started: `${boot.trim()}:${ticks}`, command: command.replaceAll('\0', ' ').trim() };
}

async function markByPs(pid: number): Promise<ProcessMark | undefined> {
  const { stdout } = await run('ps', ['-o', 'state=,lstart=,command=', '-p', String(pid)], { env: { ...process.env, LC_ALL: 'C' } });
  const [, state, started, command] = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*\S)\s*$/.exec(stdout) ?? [];
  if (!state || state.startsWith('Z') || !started || !command) return undefined;
  return { pid, started, command };
}

/** What runs under `pid` now; undefined when nothing does (a zombie is nothing). */
export async function markOf(pid: number): Promise<ProcessMark | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const read = platform() === 'linux' ? markOnLinux : markByPs;
  return read(pid).catch(() => undefined);
}

/** Whether the very process of the mark is still alive, not merely some process with its pid. */
export async function isAlive(mark: ProcessMark): Promise<boolean> {
  const now = await markOf(mark.pid);
  return now !== undefined && now.started === mark.started;
}

/** Sends a signal to the process of the mark and to no other; false when it was gone. */
export async function sendSignal(mark: ProcessMark, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isAlive(mark))) return false;
  try {
    return process.kill(mark.pid, signal);
  } catch {
    return false;
  }
}

/**
 * Ends a process: each signal in turn with the time (ms) it is given to work, SIGKILL at last.
 * Returns the signal after which it was gone, undefined when it was gone before. Throws if even SIGKILL did nothing.
 */
export async function endProcess(
  mark: ProcessMark,
  signals: Array<[NodeJS.Signals, number]>,
): Promise<NodeJS.Signals | undefined> {
  if (!(await isAlive(mark))) return undefined;
  for (const [signal, waitMs] of [...signals, ['SIGKILL', 3_000] as [NodeJS.Signals, number]]) {
    await sendSignal(mark, signal);
    const gone = await until(async () => !(await isAlive(mark)), { timeoutMs: waitMs, everyMs: 25 });
    if (gone) return signal;
  }
  throw new Error(`Process ${mark.pid} (${mark.command.slice(0, 80)}) could not be ended.`);
}
