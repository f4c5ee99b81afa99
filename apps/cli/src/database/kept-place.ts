import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { LeavesState } from '#audit';
import { CliError } from '../installation.js';

export const STAGES = ['events', 'leaves', 'evidence'] as const;
export type Stage = (typeof STAGES)[number];

/** How far a check has come. */
export interface Place {
  origin: string;
  stage: Stage;
  /** The person, or the leaves, where its stage goes on. */
  person?: string;
  leaves?: LeavesState;
  /** What was looked at in this stage. */
  done: number;
  /** Problems found, and the first of them as they were told. */
  problems: number;
  told: string[];
  /** Of the problems, those that were found before this stage; a place without them counts all as found in it. */
  before?: number;
}

const EVERY_MS = 2_000;

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

type Read = Partial<Record<keyof Place, unknown>>;

/** Whether it says where within its stage, as that stage goes. */
function isWithin({ stage, person, leaves }: Read): boolean {
  if (stage !== 'leaves') return leaves === undefined && (person === undefined || typeof person === 'string');
  const { size, peaks } = (leaves ?? { size: 0, peaks: [] }) as Partial<LeavesState>;
  return person === undefined && isCount(size) && Array.isArray(peaks);
}

/** Whether a file holds such a place: from what it says depends what is not looked at again. */
function isPlace(value: unknown): value is Place {
  const read = (value ?? {}) as Read;
  const { origin, stage, done, problems, told, before = 0 } = read;
  return typeof origin === 'string' && STAGES.some((one) => one === stage) && isWithin(read) && [done, problems, before].every(isCount) && Array.isArray(told);
}

function readPlace(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Keeps the place of a check in a file, so that a later run goes on there. Without a file it keeps nothing. */
export class KeptPlace {
  private written = -Infinity;

  constructor(private readonly path: string | undefined) {}

  /** The place of an earlier run of the same ledger and of no other work; undefined where there is none. */
  read(origin: string, wanted: readonly Stage[]): Place | undefined {
    if (this.path === undefined || !existsSync(this.path)) return undefined;
    const place = readPlace(this.path);
    if (!isPlace(place)) throw new CliError(`${this.path} keeps no place of such a check: remove it, and everything is checked`);
    if (place.origin !== origin) throw new CliError(`${this.path} keeps the place of a check of ${place.origin}`);
    if (!wanted.includes(place.stage)) throw new CliError(`${this.path} keeps the place of a check with --${place.stage}: give it again, or remove the file`);
    return place;
  }

  /** Writes the place, at most every two seconds unless `now`. */
  write(place: () => Place, now = false): void {
    if (this.path === undefined || (!now && performance.now() - this.written < EVERY_MS)) return;
    writeFileSync(`${this.path}.new`, JSON.stringify(place()), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    this.written = performance.now();
  }

  remove(): void {
    if (this.path !== undefined) rmSync(this.path, { force: true });
  }
}
