import type { Status } from '#contracts';
import type { Stream } from './consent.js';

const isOver = (stream: Stream, now: string): boolean => stream.validUntil !== undefined && stream.validUntil <= now;

const covers = (list: string[] | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || list === undefined || list.includes(wanted);

/**
 * May this be processed now? After `validUntil` the answer is no, whether or not the expiry's event is there yet.
 * `channel` and `partner` narrow the question to one of them.
 */
export function mayProcess(stream: Stream, now: string, asked: { channel?: string; partner?: string } = {}): boolean {
  return stream.allowed && !isOver(stream, now) && covers(stream.channels, asked.channel) && covers(stream.partners, asked.partner);
}

/** The status to show at `now`: an ended consent is expired before its event is written. */
export function statusAt(stream: Stream, now: string): Status {
  const given = stream.status === 'given' || stream.status === 'renewed';
  return given && isOver(stream, now) ? 'expired' : stream.status;
}
