import { WHOLE_PERSON } from '#contracts';
import { NAMED, type ConsumedEvent, type Handler, type Handlers } from './events.js';
import { HandlerFault } from './faults.js';
import type { Received } from './received.js';

export const asEvent = ({ id = '', type, data, logIndex }: Received): ConsumedEvent => ({ id, type, data, ...(logIndex !== undefined && { logIndex }) });

const isNamed = (type: string): type is keyof typeof NAMED => Object.hasOwn(NAMED, type);

const ABOUT_A_PURPOSE = new Set(['consent-granted', 'consent-withdrawn', 'consent-refused', 'request-opened', 'request-closed', 'objection-raised', 'objection-lifted']);

/** Whether the data is what the type's handler is promised. A person is erased once, however many of his purposes end with it. */
function fits({ type, data }: ConsumedEvent): boolean {
  if (type === 'person-erased') return data.purpose === WHOLE_PERSON;
  return !ABOUT_A_PURPOSE.has(type) || data.allowed !== undefined;
}

function handlerOf(handlers: Handlers<unknown>, event: ConsumedEvent): Handler<unknown> | undefined {
  if (!isNamed(event.type)) return handlers.onOther;
  const named = handlers[NAMED[event.type]] as Handler<unknown> | undefined;
  return named && fits(event) ? named : handlers.onOther;
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

async function handleEvents(handlers: Handlers<unknown>, applied: readonly Received[], transaction: unknown): Promise<void> {
  const events = applied.map(asEvent);
  await handlers.onEvents?.(events, transaction);
  for (const event of events) {
    await handlers.onEvent?.(event, transaction);
    await handlerOf(handlers, event)?.(event, transaction);
  }
}

/** Runs the system's handlers for what was newly applied, in order. Throws `HandlerFault`, and nothing else. */
export async function handle(
  handlers: Handlers<unknown> | undefined,
  applied: readonly Received[],
  transaction: unknown,
  { topic, limitMs }: { topic: 'events' | 'state'; limitMs: number },
): Promise<void> {
  if (!handlers || applied.length === 0) return;
  if (topic === 'events') return within(limitMs, () => handleEvents(handlers, applied, transaction));
  return within(limitMs, () => handlers.onState?.(applied.map(({ data }) => data), transaction));
}
