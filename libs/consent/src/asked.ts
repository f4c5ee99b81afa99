import { refused, type Command, type Outcome } from './command.js';
import type { PurposeRule } from './purposes.js';

/** What is wrong with the lists of a grant or request, if anything. */
export function listsRefused(command: Command, purpose: PurposeRule): Outcome | undefined {
  const known = purpose.channels ?? [];
  if (command.channels?.some((channel) => !known.includes(channel))) return refused('channel_unknown');
  if (command.channels?.length === 0) return refused('channel_unknown');
  if (purpose.partners && !command.partners?.length) return refused('partners_required');
  if (!purpose.partners && command.partners?.length) return refused('partners_required');
  return undefined;
}
