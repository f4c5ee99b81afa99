import type { Pool } from 'pg';
import { readLog, type RecentLeaves, type StoredLeaf } from '#outbox';

/** As many at once where much waits: a batch of each partition then holds enough to be worth its cost. */
const PAGE = 2_000;

/** More may wait behind it. */
export const isFull = (page: readonly StoredLeaf[]): boolean => page.length === PAGE;

/** Pages of the log for the one that sends them. In a backlog the next is read while the one before is on its way. */
export class LogPages {
  private ahead?: { from: number; page: Promise<StoredLeaf[]> };

  constructor(private readonly options: { pool: Pool; ledger: number; recent: RecentLeaves }) {}

  /** The leaves from `from` on, a page at most. */
  async from(from: number): Promise<StoredLeaf[]> {
    const { ahead } = this;
    this.ahead = undefined;
    return ahead?.from === from ? ahead.page : this.read(from);
  }

  /** Called before the `count` leaves from `from` on are sent: where that is a whole page, the next is read meanwhile. */
  readOn(from: number, count: number): void {
    if (count < PAGE) return;
    const page = this.read(from + count);
    page.catch(() => undefined);
    this.ahead = { from: from + count, page };
  }

  private async read(from: number): Promise<StoredLeaf[]> {
    const { pool, ledger, recent } = this.options;
    return recent.from(from, PAGE) ?? readLog(pool, ledger, from, PAGE);
  }
}
