import { markOf, type ProcessMark } from '#servers';

/**
 * The npm that this process runs for, where it was begun by `npm start`; when npm is gone, killed perhaps, nobody is
 * left who could end this process, so it ends itself.
 */
export async function findStarter(): Promise<ProcessMark | undefined> {
  return process.env.npm_lifecycle_event === 'start' ? markOf(process.ppid) : undefined;
}
