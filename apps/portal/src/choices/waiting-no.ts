import type { ConsentState, Decision } from '../ledger/ledger-types.js';
import type { WaitingNo } from './view.js';

const leavesSome = (all: readonly string[] | undefined, said: readonly string[]): boolean => all === undefined || all.some((one) => !said.includes(one));

/** What of a purpose those decisions that wait say "no" to; the whole of it where one of them names no part, or they leave none. */
export function waitingNo(decisions: readonly Decision[], { purpose, channels, partners }: Pick<ConsentState, 'purpose' | 'channels' | 'partners'>): WaitingNo | undefined {
  const own = decisions.filter((decision) => decision.purpose === purpose);
  if (own.length === 0) return undefined;
  const saidChannels = own.flatMap((one) => one.channels ?? []);
  const saidPartners = own.flatMap((one) => one.partners ?? []);
  const isToAll = own.some((one) => !one.channels && !one.partners);
  const isPart = !isToAll && leavesSome(channels, saidChannels) && leavesSome(partners, saidPartners);
  return { of: isPart ? 'parts' : 'whole', parts: [...saidChannels, ...saidPartners] };
}
