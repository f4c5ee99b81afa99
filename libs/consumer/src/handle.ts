import { WHOLE_PERSON } from '#contracts';
import { HandlerFault } from './faults.js';
import type { ConsumedEvent, Handler, Handlers, Transaction } from './options.js';
import type { Received } from './received.js';

export const asEvent = ({ id = '', type, data, logIndex }: Received): ConsumedEvent => ({ id, type, data, ...(logIndex !== undefined && { logIndex }) });

/** The handler named for an event's type; a purpose's own part of an erasure is heard by `onEvent` only. */
function handlerOf(handlers: Handlers, event: ConsumedEvent): Handler | undefined {
  const byType: Record<string, Handler | undefined> = {
    'consent-granted': handlers.onGranted,
    'consent-refused': handlers.onRefused,
    'consent-withdrawn': handlers.onWithdrawn,
    'objection-raised': handlers.onObjected,
    'objection-lifted': handlers.onObjectionLifted,
    'preferences-changed': handlers.onPreferencesChanged,
    'person-erased': event.data.purpose === WHOLE_PERSON ? handlers.onErased : undefined,
  };
  return byType[event.type];
}

/** Waits no longer than `limitMs`; the handler's own work cannot be taken back, its transaction is. */
async function within(limitMs: number, work: () => Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HandlerFault(undefined, true)), limitMs);
  });
  try {
    await Promise.race([work(), late]);
  } catch (error) {
    throw error instanceof HandlerFault ? error : new HandlerFault(error);
  } finally {
    clearTimeout(timer);
  }
}

async function handleEvents(handlers: Handlers, applied: readonly Received[], transaction: Transaction): Promise<void> {
  const events = applied.map(asEvent);
  await handlers.onEvents?.(events, transaction);
  for (const event of events) {
    await handlers.onEvent?.(event, transaction);
    await handlerOf(handlers, event)?.(event, transaction);
  }
}

/** Runs the system's handlers for what was newly applied, in order. Throws `HandlerFault`, and nothing else. */
export async function handle(
  handlers: Handlers | undefined,
  applied: readonly Received[],
  transaction: Transaction,
  { topic, limitMs }: { topic: 'events' | 'state'; limitMs: number },
): Promise<void> {
  if (!handlers || applied.length === 0) return;
  if (topic === 'events') return within(limitMs, () => handleEvents(handlers, applied, transaction));
  return within(limitMs, () => handlers.onState?.(applied.map(({ data }) => data), transaction));
}
