import { Injectable } from '@nestjs/common';
import { isProtective } from '#consent';
import { protects, type Wish } from '#ledger';
import type { EvidenceItems } from '#vault';
import { ProblemError } from '../http/problem.js';
import { FileTurn, Uploads } from './uploads.js';

/** Every decision of a call seals the files for its own event: this much of them together, in bytes. */
export const MAX_CALL_BYTES = 60 * 1024 * 1024;

/** Files that a call names as evidence: uploads of the same key owner. */
export interface NamedFiles {
  ids: string[];
  owner: string;
}

/** A change that may name files. */
interface WithFiles {
  wishes: Wish[];
  evidence: EvidenceItems;
  missing?: string[];
  files?: NamedFiles;
}

const gives = ({ decision }: Wish): boolean => !isProtective(decision);
const kindOf = (at: number): string => (at === 0 ? 'file' : `file-${at + 1}`);

/** Brings uploaded files into the evidence of a change, and removes the uploads once an event holds them. */
@Injectable()
export class Attachments {
  constructor(
    private readonly uploads: Uploads,
    private readonly turn: FileTurn,
  ) {}

  /**
   * Runs a change with its files: at most 60 MB of them in memory in this process, whatever is asked at once. An unknown
   * file is 422, too much of them 413; before a withdrawal they stand aside: it is recorded without, and says so, and what
   * the same call would give carries the code.
   */
  async with<C extends WithFiles, T extends { written: boolean }>(change: C, run: (change: C) => Promise<T>): Promise<T> {
    const { files } = change;
    if (!files) return run(change);
    return this.turn.take(async () => {
      const { found, refusal } = await this.fitting(change, files);
      if (refusal && change.wishes.some(gives) && !change.wishes.some(protects)) throw refusal;
      const items: EvidenceItems = Object.fromEntries([...found.values()].map((bytes, at) => [kindOf(at), bytes]));
      const wishes = refusal ? change.wishes.map((wish) => (gives(wish) ? { ...wish, refused: wish.refused ?? refusal.problem.code } : wish)) : change.wishes;
      const missing = files.ids.filter((id) => !found.has(id));
      const answer = await run({ ...change, wishes, files: undefined, evidence: { ...change.evidence, ...items }, ...(missing.length > 0 && { missing }) });
      if (answer.written) for (const id of found.keys()) await this.uploads.remove(id);
      return answer;
    });
  }

  /** The files that are there and fit, and what is to be said of the first of the others. Another process may take one at any moment. */
  private async fitting({ wishes }: WithFiles, { ids, owner }: NamedFiles): Promise<{ found: Map<string, Buffer>; refusal?: ProblemError }> {
    const found = new Map<string, Buffer>();
    let refusal: ProblemError | undefined;
    let bytes = 0;
    for (const id of ids) {
      const size = await this.uploads.sizeOf(id, owner);
      const all = bytes + (size ?? 0) * wishes.length;
      const file = all <= MAX_CALL_BYTES ? await this.uploads.read(id, owner) : undefined;
      if (file) {
        bytes = all;
        found.set(id, file);
      } else refusal ??= all <= MAX_CALL_BYTES ? unknownFile(id) : tooMuch();
    }
    return { found, refusal };
  }
}

const unknownFile = (file: string): ProblemError =>
  new ProblemError(422, 'file_unknown', 'no upload of yours has this id: it was used, came in more than 24 hours ago, or never whole', { file });

const tooMuch = (): ProblemError => new ProblemError(413, 'files_too_large', 'these files are too large for so many decisions in one call: send them in several');
