import type { Logger } from 'pino';
import type { LogFolder } from '#log-folder';
import type { Bell, Term } from '#outbox';
import { parseNote, signaturesOf, type Note } from '#proof';
import type { CheckpointWriter } from './checkpoint-writer.js';
import { WitnessClient, type Witness } from './witnesses.js';

/** Whoever could not be reached is asked again, for what is newest then. */
const AGAIN_MS = 10_000;

export interface GatherOptions {
  witness: Witness;
  folder: LogFolder;
  writer: Pick<CheckpointWriter, 'attach'>;
  log: Logger;
  /** Rung when a checkpoint was published; it wakes this one alone. */
  published: Bell;
}

/** The newest checkpoint as it lies in the folder; undefined where there is none, and where it is none: whoever signs the next one says so. */
async function newestIn(folder: LogFolder): Promise<{ note: string; signed: Note } | undefined> {
  try {
    const note = await folder.checkpoint();
    return note === undefined ? undefined : { note, signed: parseNote(note) };
  } catch {
    return undefined;
  }
}

/**
 * Asks a witness to cosign the newest checkpoint, and puts its signature under it when it comes. Signing, publishing and the other
 * witnesses wait for none of it: a checkpoint goes out without a witness, and gets its line while it is the newest.
 */
export async function gatherCosignatures({ witness, folder, writer, log, published }: GatherOptions, term: Term): Promise<void> {
  const client = new WitnessClient(witness, folder, log);
  while (!term.signal.aborted) {
    const newest = await newestIn(folder);
    if (newest && signaturesOf(newest.signed, witness.verifier).length === 0) {
      await writer.attach(newest.signed.text, await client.cosign(newest.note), term).catch((error: Error) => log.warn({ reason: error.message }, 'a cosignature could not be written'));
    }
    await published.wait(AGAIN_MS, term.signal);
  }
}
