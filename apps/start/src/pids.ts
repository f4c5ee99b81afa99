import { join } from 'node:path';
import { endProcess, isAlive, readJson, writeJson, type ProcessMark } from '#servers';

/** The processes of this start, kept in `pids.json` (0600) so that the next start finds what a killed one left. */
export interface PidRecord {
  /** Notes a process under its name; undefined takes the name out. */
  note(name: string, mark: ProcessMark | undefined): Promise<void>;
  /** The pids noted now. */
  pids(): Record<string, number>;
}

type Processes = Record<string, ProcessMark>;

const fileIn = (dataDir: string): string => join(dataDir, 'pids.json');
const APP_LIMIT_MS = 5_000;

/** A new, empty record. Writes follow one another; each is whole, and one that failed holds up none after it. */
export function openRecord(dataDir: string): PidRecord {
  const processes: Processes = {};
  let written = Promise.resolve();
  return {
    note(name, mark) {
      if (mark) processes[name] = mark;
      else delete processes[name];
      const state = { ...processes };
      written = written.catch(() => undefined).then(() => writeJson(fileIn(dataDir), state));
      return written;
    },
    pids: () => Object.fromEntries(Object.entries(processes).map(([name, mark]) => [name, mark.pid])),
  };
}

/**
 * Ends what an earlier, killed start left running, except the names in `keep` (servers that are about to be taken over).
 * Only a process that is still the recorded one is touched. Returns the names of those that were ended.
 */
export async function endLeftovers(dataDir: string, keep: string[]): Promise<string[]> {
  const left = Object.entries((await readJson<Processes>(fileIn(dataDir))) ?? {});
  const ended = await Promise.all(
    left.map(async ([name, mark]) => {
      if (keep.includes(name) || !(await isAlive(mark))) return undefined;
      // PostgreSQL waits for its clients on SIGTERM, not on SIGINT.
      await endProcess(mark, [[name === 'postgres' ? 'SIGINT' : 'SIGTERM', APP_LIMIT_MS]]);
      return name;
    }),
  );
  return ended.filter((name) => name !== undefined);
}
