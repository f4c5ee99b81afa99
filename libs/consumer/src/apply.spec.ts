import { expect, test } from '@jest/globals';
import { applyTogether, type Applier } from './apply.js';
import { HandlerFault } from './faults.js';
import type { Handlers } from './events.js';
import type { Received } from './received.js';
import type { Session, Store } from './store.js';

const message = { type: 'consent-withdrawn', id: 'one', data: { person: 'p', purpose: 'newsletter', kind: 'person', version: 1, seq: 1, allowed: false } } as unknown as Received;

/** What a store is asked, in order; `keep` is answered when the test says so. */
function world(inOrder: boolean, handlers: Handlers<unknown>) {
  const asked: string[] = [];
  let answer: { resolve: () => void; reject: (error: Error) => void } = { resolve: () => undefined, reject: () => undefined };
  const session = {
    ...(inOrder && { inOrder }),
    known: async () => ({ streams: new Map(), persons: new Map() }),
    keep: () => {
      asked.push('keep');
      return new Promise<void>((resolve, reject) => (answer = { resolve, reject }));
    },
  } as unknown as Session;
  const store = { transact: (work: (one: Session, transaction: unknown) => Promise<unknown>) => work(session, undefined) } as unknown as Store<unknown>;
  const heard: Handlers<unknown> = { ...handlers, onEvents: async (events, transaction) => (asked.push('handle'), handlers.onEvents?.(events, transaction)) };
  const applier: Applier = { store, isMine: () => true, handlers: heard, handlerTimeoutMs: 1_000 };
  const applied = applyTogether(applier, 'events', [message]);
  applied.catch(() => undefined);
  return { asked, applied, answer: () => answer };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('where a session carries out what it is asked in order, handlers do not wait for the answer to what is kept before them; else they do', async () => {
  const ahead = world(true, {});
  await turn();
  expect(ahead.asked).toEqual(['keep', 'handle']);
  ahead.answer().resolve();
  await expect(ahead.applied).resolves.toMatchObject({ applied: [message] });
  const after = world(false, {});
  await turn();
  expect(after.asked).toEqual(['keep']);
  after.answer().resolve();
  await after.applied;
  expect(after.asked).toEqual(['keep', 'handle']);
});

test('what kept it from being kept is what is thrown, not what handlers met because of that; a handler’s own fault is its own', async () => {
  const overtaken = world(true, { onEvents: () => Promise.reject(new Error('current transaction is aborted')) });
  await turn();
  overtaken.answer().reject(new Error('a version was written meanwhile'));
  await expect(overtaken.applied).rejects.toThrow('a version was written meanwhile');
  const faulty = world(true, { onEvents: () => Promise.reject(new Error('its own')) });
  await turn();
  faulty.answer().resolve();
  await expect(faulty.applied).rejects.toBeInstanceOf(HandlerFault);
});
