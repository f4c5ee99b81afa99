// CPU time of processes, read from /proc: what a run cost, and where.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    return undefined;
  }
}

/** Seconds of CPU that a process has used, with its living children where `family` is set (PostgreSQL's backends). */
export function cpuSeconds(pid, { family = false } = {}) {
  const own = statOf(pid)?.seconds ?? 0;
  if (!family) return own;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.reduce((sum, other) => sum + (statOf(other)?.parent === pid ? (statOf(other)?.seconds ?? 0) : 0), own);
}

/** Measures what each of some processes uses while `work` runs; gives its result and seconds by name. */
export async function split(processes, work) {
  const read = () => Object.fromEntries(Object.entries(processes).map(([name, { pid, family }]) => [name, cpuSeconds(pid, { family })]));
  const before = read();
  const result = await work();
  const after = read();
  return { result, cpu: Object.fromEntries(Object.keys(before).map((name) => [name, Math.max(0, after[name] - before[name])])) };
}
