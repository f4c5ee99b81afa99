import type { Command } from 'commander';
import { CliError } from './installation.js';

/** What the exit code of every command says. */
const HOLDS = 0;
const DOES_NOT_HOLD = 1;
const NOT_JUDGED = 2;

export const EXIT_HELP = `
Exit codes of every command: ${HOLDS} it holds, or is done; ${DOES_NOT_HOLD} what was looked at does not hold, as the lines say; ${NOT_JUDGED} it was not
judged, or not done: a mistake in the command, something that cannot be reached or read, a stop before the end.`;

/** What was looked at, and is not what it should be: a finding, not a mistake of the caller. */
export class DoesNotHold extends CliError {}

/** What the ledger's own libs say of an event that is not what was hashed. */
const DAMAGED = 'chain_damaged';
const isFinding = (error: unknown): boolean => error instanceof DoesNotHold || (error as { code?: unknown } | undefined)?.code === DAMAGED;

/** Notes that something does not hold; what is printed says what. */
export function doesNotHold(): void {
  process.exitCode ??= DOES_NOT_HOLD;
}

/** Notes why a command ended before its end. */
export function endedBy(error: unknown): void {
  process.exitCode = isFinding(error) ? DOES_NOT_HOLD : NOT_JUDGED;
}

/** Notes that what was said is not all there. */
export function saidInPart(): void {
  process.exitCode = NOT_JUDGED;
}

/** A mistake in how a command is called was not judged, either; a help that was asked for is. To be called before the commands are added, which take it over. */
export function exitByUs(program: Command): Command {
  return program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? HOLDS : NOT_JUDGED));
}
