import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { readDelays, type DelayReport } from '#propagation';

const FRESH_MS = 1_000;
/** However many windows are looked at. */
const MOST = 50;

/** The delays over a window, read once a second at most, however many pages look. */
export class CurrentDelays {
  private readonly reports = new LRUCache<number, Promise<DelayReport>>({ max: MOST, ttl: FRESH_MS });

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  over(spanMs: number): Promise<DelayReport> {
    const known = this.reports.get(spanMs);
    if (known) return known;
    const until = new Date();
    const report = readDelays(this.pool, this.ledger, { since: new Date(until.getTime() - spanMs), until });
    this.reports.set(spanMs, report);
    report.catch(() => this.reports.delete(spanMs));
    return report;
  }
}
