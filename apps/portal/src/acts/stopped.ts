import type { PastEvent } from '../store/history.js';

/** A system that has stopped, by its own word. */
export interface Stopped {
  system: string;
  at: Date;
}

const RECENT_MS = 60 * 60 * 1000;

/** What is said of events is what the newest one of a purpose says. */
const newestOf = (history: readonly PastEvent[], purpose: string): PastEvent | undefined => history.find((event) => event.purpose === purpose && event.type !== 'decision-recorded');

/** Which systems stopped with a purpose when it was last taken away; nobody where it is in force again. */
export function stoppedOf(history: readonly PastEvent[], purpose: string): Stopped[] {
  const event = newestOf(history, purpose);
  if (!event || event.allowed !== false) return [];
  const acted = event.acts.filter(({ state, afterMs }) => state === 'acted' && afterMs !== undefined);
  return acted.map(({ system, afterMs = 0 }) => ({ system, at: new Date(event.recordedAt.getTime() + Math.max(0, afterMs)) }));
}

/** Events that took something away a short while ago, and of which nobody was heard yet. */
export function unheard(history: readonly PastEvent[], now: Date): string[] {
  const purposes = [...new Set(history.map(({ purpose }) => purpose))].filter((purpose) => !purpose.startsWith('~'));
  const newest = purposes.flatMap((purpose) => newestOf(history, purpose) ?? []);
  return newest.flatMap(({ event, allowed, acts, recordedAt }) => (event !== undefined && allowed === false && acts.length === 0 && now.getTime() - recordedAt.getTime() < RECENT_MS ? [event] : []));
}
