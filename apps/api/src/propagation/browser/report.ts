/** What GET /v1/propagation answers, as far as it is shown here. */
export interface Step {
  at: string;
  acted: number;
  p50Ms?: number;
  p95Ms?: number;
  slowestMs?: number;
  canaryMs?: number;
}

export interface System {
  system: string;
  deadlineMs?: number;
  purposes?: string[];
  acted: number;
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  slowestMs?: number;
  late: number;
  waiting: number;
  clockAhead: number;
  lastActedAt?: string;
  canary?: { failing: boolean; since: string; triedAt: string; afterMs?: number; succeededAt?: string; failures: number };
  steps: Step[];
}

export interface Report {
  since: string;
  until: string;
  stepSeconds: number;
  systems: System[];
}

export type Measure = 'p50Ms' | 'p95Ms' | 'slowestMs';

/** A refusal that another key may change. */
export class KeyRefused extends Error {}

const REFUSED: Record<string, string> = {
  scope_missing: 'This key may not see it: it needs audit:read or systems:write.',
  key_revoked: 'This key was revoked.',
  key_expired: 'This key has expired.',
};

/** Asks for the last minutes. Throws `KeyRefused`, or an Error whose message says what is wrong. */
export async function ask(key: string, minutes: number, signal: AbortSignal): Promise<Report> {
  const since = new Date(Date.now() - minutes * 60_000 + 1_000).toISOString();
  const response = await fetch(`/v1/propagation?since=${encodeURIComponent(since)}`, { headers: { authorization: `Bearer ${key}` }, signal, cache: 'no-store' });
  if (response.ok) return (await response.json()) as Report;
  const { code = '' } = (await response.json().catch(() => ({}))) as { code?: string };
  if (response.status === 401 || response.status === 403) throw new KeyRefused(REFUSED[code] ?? 'This ledger does not know the key.');
  throw new Error(`the ledger answered ${response.status} ${code}`);
}
