import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { noteRefill, pendingRefills, readLog, type Refill, type Term } from '#outbox';
import { messagesOf } from './messages.js';
import { purposesOfErased } from './purposes-of-erased.js';
import { readyRecord, type ReadyRecord } from './records.js';

const PAGE = 2_000;
/** How often it is looked whether somebody asked. */
const LOOK_MS = 500;

type Send = (topic: 'events' | 'state', messages: ReadyRecord[]) => Promise<void>;

/**
 * Fills a deleted topic again from index 0. Nothing new goes out meanwhile: in the topic the order of the log holds, as
 * before. A refill that is cut off goes on where it was noted, and repeats a page at most.
 */
export class Refills {
  private lookedAt = -Infinity;

  constructor(
    private readonly parts: { pool: Pool; ledger: number; log: Logger },
    private readonly send: Send,
  ) {}

  /** Sends what was asked for again, of everything below `end`; at once done where nothing was. */
  async fill(end: number, term: Term): Promise<void> {
    if (performance.now() - this.lookedAt < LOOK_MS) return;
    for (let some = await this.pending(); some && term.leads(); some = await this.pending()) await this.page(some, end, term);
    this.lookedAt = performance.now();
  }

  private async pending(): Promise<(Refill & { topic: 'events' | 'state' }) | undefined> {
    const refills = await pendingRefills(this.parts.pool, this.parts.ledger);
    return refills.find((one): one is Refill & { topic: 'events' | 'state' } => one.topic !== 'checkpoints');
  }

  private async page(refill: Refill & { topic: 'events' | 'state' }, end: number, term: Term): Promise<void> {
    const { pool, ledger, log } = this.parts;
    const leaves = await readLog(pool, ledger, refill.next, Math.max(0, Math.min(PAGE, end - refill.next)));
    if (!term.leads()) return;
    const messages = messagesOf(leaves, { term: term.fencing, purposesOf: await purposesOfErased(this.parts, leaves), make: readyRecord });
    await this.send(refill.topic, messages[refill.topic]);
    const next = refill.next + leaves.length;
    await noteRefill(pool, ledger, refill, term.fencing, next < end ? next : undefined);
    if (next >= end) log.info({ topic: refill.topic, events: end }, 'a topic was filled again');
  }
}
