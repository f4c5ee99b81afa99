import { WHOLE_PERSON } from '#contracts';
import type pg from 'pg';
import { fold, type Changes } from './fold.js';
import { handle } from './handle.js';
import { loadKnown } from './known.js';
import type { Handlers } from './options.js';
import type { Received } from './received.js';
import { storeChanges } from './store.js';
import { transact } from './transact.js';

export interface Applier {
  pool: pg.Pool;
  isMine: (purpose: string) => boolean;
  handlers?: Handlers;
  handlerTimeoutMs: number;
}

/**
 * Applies messages of one topic, in order, in one transaction of the system's database, together with what its handlers
 * do: all of it is committed when this resolves, and nothing when it throws (a lost answer to the commit excepted). Where
 * no message is the system's, nothing is read or written.
 */
export async function applyTogether(applier: Applier, topic: 'events' | 'state', messages: readonly Received[]): Promise<Changes> {
  const { pool, isMine, handlers, handlerTimeoutMs } = applier;
  const own = messages.filter(({ data: { purpose } }) => purpose === WHOLE_PERSON || isMine(purpose));
  if (own.length === 0) return fold(messages, { streams: new Map(), persons: new Map() }, isMine);
  return transact(pool, async (transaction) => {
    const known = await loadKnown(transaction, own);
    const standing = { streams: new Set(known.streams.keys()), persons: new Set(known.persons.keys()) };
    const changes = fold(messages, known, isMine);
    await storeChanges(transaction, changes, standing, new Date());
    await handle(handlers, changes.applied, transaction, { topic, limitMs: handlerTimeoutMs });
    return changes;
  });
}
