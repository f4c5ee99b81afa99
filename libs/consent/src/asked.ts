import { refused, type Command, type Outcome } from './command.js';
import type { PurposeRule } from './purposes.js';

/** What is wrong with the lists of a grant or request, if anything. */
export function listsRefused(command: Command, purpose: PurposeRule): Outcome | undefined {
  const known = purpose.channels ?? [];
  const { channels } = command;
  if (channels && (channels.length === 0 || !channels.every((channel) => known.includes(channel)))) return refused('channel_unknown');
  const { partners = [] } = command;
  if (partners.length > 0 !== Boolean(purpose.partners)) return refused('partners_required');
  const { knownPartners } = purpose;
  return knownPartners && !partners.every((partner) => knownPartners.includes(partner)) ? refused('partner_unknown') : undefined;
}
