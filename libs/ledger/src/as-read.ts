import { ReadBefore, type View } from './call.js';

const TRIES = 8;

/** For a decision that rests on a person's events as they were read: he has been told nothing since `seq`, his last event then. */
export function demandAsRead(view: View, person: string, seq: number): void {
  if (view.seq !== seq) throw new ReadBefore(person);
}

/** Reads and decides anew where the person was told something between the two. */
export async function asRead<T>(readAndDecide: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readAndDecide();
    } catch (error) {
      if (!(error instanceof ReadBefore) || attempt === TRIES) throw error;
    }
  }
}
