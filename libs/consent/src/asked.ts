import { refused, type Command, type Outcome } from './command.js';
import type { PurposeRule } from './purposes.js';

/** What is wrong with the lists of a grant or request, if anything. */
export function listsRefused(command: Command, purpose: PurposeRule): Outcome | undefined {
  const known = purpose.channels ?? [];
  const { channels } = command;
  if (channels && (channels.length === 0 || !channels.every((channel) => known.includes(channel)))) return refused('channel_unknown');
  const named = (command.partners ?? []).length > 0;
  return named === Boolean(purpose.partners) ? undefined : refused('partners_required');
}
