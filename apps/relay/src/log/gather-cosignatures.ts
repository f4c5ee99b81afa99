import type { Logger } from 'pino';
import type { LogFolder } from '#log-folder';
import type { Bell, Term } from '#outbox';
import { parseNote, signaturesOf, type Note } from '#proof';
import type { CheckpointWriter } from './checkpoint-writer.js';
import { WitnessClient, type Witness } from './witnesses.js';

/** Whoever could not be reached is asked again, for what is newest then. */
const AGAIN_MS = 10_000;

export interface GatherOptions {
  witnesses: readonly Witness[];
  folder: LogFolder;
  writer: Pick<CheckpointWriter, 'attach'>;
  log: Logger;
  /** Rung when a checkpoint was published. */
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
 * Asks every witness to cosign the newest checkpoint, and puts the signatures under it as they come. Signing and publishing wait
 * for none of it: a checkpoint goes out without a witness, and gets its line while it is the newest.
 */
export async function gatherCosignatures({ witnesses, folder, writer, log, published }: GatherOptions, term: Term): Promise<void> {
  const clients = witnesses.map((witness) => new WitnessClient(witness, folder, log));
  while (clients.length > 0 && !term.signal.aborted) {
    const newest = await newestIn(folder);
    if (newest) {
      const { note, signed } = newest;
      const missing = clients.filter(({ witness }) => signaturesOf(signed, witness.verifier).length === 0);
      await Promise.all(missing.map(async (client) => writer.attach(signed.text, await client.cosign(note), term).catch((error: Error) => log.warn({ reason: error.message }, 'a cosignature could not be written'))));
    }
    await published.wait(AGAIN_MS, term.signal);
  }
}
