import { WHOLE_PERSON } from '#contracts';
import type { Sent, StreamKey } from '#outbox';
import { stateRecord, tombstone } from './messages.js';
import type { RelayRecord } from './records.js';

/** Whether nothing but a tombstone may stand for a stream: a purpose of somebody who was erased. */
export const isGone = ({ erased }: Sent, purpose: string): boolean => erased !== undefined && purpose !== WHOLE_PERSON;

/** What the state topic must say of a stream: its record, a tombstone after an erasure; nothing of a stream without events. */
export function rightRecord(sent: Sent, purpose: string, term: string): RelayRecord | undefined {
  const { last, erased } = sent;
  if (!last) return undefined;
  return erased && isGone(sent, purpose) ? tombstone(erased, purpose, term) : stateRecord(last, term);
}

interface Waiting {
  keys: readonly StreamKey[];
  done: () => void;
}

/** Streams whose state record is to be sent again, by the one who sends all others: so that none overtakes another. */
export class Mends {
  private waiting: Waiting[] = [];
  constructor(private readonly ring: () => void) {}

  /** Resolves once the records of these streams were sent and acknowledged, or `signal` is aborted. */
  async ask(keys: readonly StreamKey[], signal: AbortSignal): Promise<void> {
    if (keys.length === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.waiting.push({ keys, done });
      this.ring();
    });
  }

  /** Hands what waits to `send`, which tells whether it was sent; what was not waits on. True where nothing waits any more. */
  async settle(send: (keys: StreamKey[]) => Promise<boolean>): Promise<boolean> {
    const some = this.waiting.splice(0);
    let sent = some.length === 0;
    try {
      sent ||= await send(some.flatMap(({ keys }) => keys));
    } finally {
      if (!sent) this.waiting.unshift(...some);
    }
    if (sent) for (const { done } of some) done();
    return sent;
  }
}
