import type { Status } from '#contracts';
import type { Stream } from './consent.js';
import { isOver } from './time.js';

/** An override's end stands in `validUntil` too, but not in what was recorded before it was put there. */
const hasEnded = ({ validUntil, overriddenUntil }: Stream, now: string): boolean => isOver(validUntil, now) || isOver(overriddenUntil, now);

const covers = (list: string[] | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || list === undefined || list.includes(wanted);

/**
 * May this be processed now? After the end of a consent, or of an override, the answer is no, whether or not its event is there yet.
 * `channel` and `partner` narrow the question to one of them.
 */
export function mayProcess(stream: Stream, now: string, asked: { channel?: string; partner?: string } = {}): boolean {
  return stream.allowed && !hasEnded(stream, now) && covers(stream.channels, asked.channel) && covers(stream.partners, asked.partner);
}

/** The status to show at `now`: an ended consent is expired before its event is written. */
export function statusAt(stream: Stream, now: string): Status {
  const given = stream.status === 'given' || stream.status === 'renewed';
  return given && hasEnded(stream, now) ? 'expired' : stream.status;
}
