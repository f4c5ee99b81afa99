import type { Pool } from 'pg';
import { WAKE } from './sql.js';

/** A NOTIFY is a transaction, and wakes a process: batches that follow each other faster than this share one. */
const APART_MS = 4;

/** Tells the relay that something lies in the outbox: at once where the last ring is a while ago, else a moment later. May be lost. */
export class Waker {
  private last = -Infinity;
  private planned?: NodeJS.Timeout;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  wake(): void {
    if (this.planned) return;
    const wait = this.last + APART_MS - performance.now();
    if (wait <= 0) this.ring();
    else this.planned = setTimeout(() => this.ring(), wait);
  }

  private ring(): void {
    this.planned = undefined;
    this.last = performance.now();
    this.pool.query({ name: 'wake', text: WAKE, values: [String(this.ledger)] }).catch(() => undefined);
  }

  /** Rings now what was planned. */
  close(): void {
    if (!this.planned) return;
    clearTimeout(this.planned);
    this.ring();
  }
}
