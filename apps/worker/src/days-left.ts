const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** For how many days a link works yet: a mail that was put off says fewer. An hour is not counted. */
export function daysLeft(endsAt: Date | undefined): number {
  const left = endsAt ? endsAt.getTime() - Date.now() : 0;
  return Math.max(1, Math.floor((left + HOUR_MS) / DAY_MS));
}
