import { ask } from '../../operator-page/browser/ask.js';

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
  waitingAtLeast?: boolean;
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

/** Asks for the last minutes. Throws as `ask` does. */
export async function askReport(key: string, minutes: number, signal: AbortSignal): Promise<Report> {
  const since = new Date(Date.now() - minutes * 60_000 + 1_000).toISOString();
  return (await (await ask(key, `/v1/propagation?since=${encodeURIComponent(since)}`, signal)).json()) as Report;
}
