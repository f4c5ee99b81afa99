import type { Handlers } from './events.js';
import type { ConsumerLogger } from './options.js';

/** Tells that what is learnt without its event is kept and acknowledged, though no handler of the system hears of it. */
export function warnOfUnheard({ onState, ...ofEvents }: Handlers<unknown> = {}, logger: ConsumerLogger): void {
  const handlers = Object.entries(ofEvents).filter(([, handler]) => handler).map(([name]) => name);
  if (onState || handlers.length === 0) return;
  logger.warn({ handlers }, 'there is no handler onState: what is learnt without its event (at the first start, and in place of missing events) is acknowledged as applied, and none of these handlers hears of it');
}
