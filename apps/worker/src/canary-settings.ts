const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const SHORTEST_MS = 500;

export interface CanarySettings {
  everyMs: number;
  purposes?: string[];
}

/** `CANARY` (such as 60s; absent or `off`: none) and `CANARY_PURPOSES`. Throws an Error that names what is wrong. */
export function readCanarySettings({ CANARY: every, CANARY_PURPOSES: list }: NodeJS.ProcessEnv): CanarySettings | undefined {
  if (!every || every === 'off') return undefined;
  const [, number, unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(every) ?? [];
  const everyMs = Number(number) * (UNITS[unit] ?? NaN);
  if (!(everyMs >= SHORTEST_MS)) throw new Error(`CANARY is "${every}": how often the canary is granted and withdrawn, such as 60s, or off`);
  const purposes = list?.split(',').map((part) => part.trim()).filter((part) => part !== '');
  return { everyMs, ...(purposes && purposes.length > 0 && { purposes }) };
}
