import { WHOLE_PERSON } from '#contracts';
import type { Handlers } from './events.js';
import { fold, type Changes } from './fold.js';
import { handle } from './handle.js';
import type { Received } from './received.js';
import type { Guard } from './servers.js';
import type { Store } from './store.js';

export interface Applier {
  store: Store<unknown>;
  /** Of events: refuses a server on which they must not be applied. */
  guard?: Guard;
  isMine: (purpose: string) => boolean;
  handlers?: Handlers<unknown>;
  handlerTimeoutMs: number;
}

/**
 * Applies messages of one topic, in order, in one transaction of the system's store, together with what its handlers
 * do: all of it is committed when this resolves, and nothing when it throws (a lost answer to the commit excepted). Where
 * no message is the system's, nothing is read or written. Throws what `guard` throws.
 */
export async function applyTogether(applier: Applier, topic: 'events' | 'state', messages: readonly Received[]): Promise<Changes> {
  const { store, guard, isMine, handlers, handlerTimeoutMs } = applier;
  const own = messages.filter(({ data: { purpose } }) => purpose === WHOLE_PERSON || isMine(purpose));
  if (own.length === 0) return fold(messages, { streams: new Map(), persons: new Map() }, isMine);
  return store.transact(async (session, transaction) => {
    const known = await session.known(own);
    guard?.(known.server);
    const standing = { streams: new Set(known.streams.keys()), persons: new Set(known.persons.keys()) };
    const changes = fold(messages, known, isMine);
    await session.keep(changes, standing, new Date());
    await handle(handlers, changes.applied, transaction, { topic, limitMs: handlerTimeoutMs });
    return changes;
  });
}
