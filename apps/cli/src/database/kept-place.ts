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
}

const EVERY_MS = 2_000;

/** Keeps the place of a check in a file, so that a later run goes on there. Without a file it keeps nothing. */
export class KeptPlace {
  private written = -Infinity;

  constructor(private readonly path: string | undefined) {}

  /** The place of an earlier run of the same ledger; undefined where there is none. */
  read(origin: string): Place | undefined {
    if (this.path === undefined || !existsSync(this.path)) return undefined;
    const place = JSON.parse(readFileSync(this.path, 'utf8')) as Place;
    if (place.origin !== origin) throw new CliError(`${this.path} keeps the place of a check of ${place.origin}`);
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
