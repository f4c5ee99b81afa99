import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LEDGER_PURPOSE, stateKey } from '#contracts';
import { noteRefill, pendingRefills, readLog, readSent, type Refill, type Sent, type StoredLeaf, type StreamKey, type Term } from '#outbox';
import { isGone, rightRecord } from './mends.js';
import { messagesOf } from './messages.js';
import { purposesOfErased } from './purposes-of-erased.js';
import { readyRecord, type ReadyRecord } from './records.js';

const PAGE = 2_000;
/** How often it is looked whether somebody asked. */
const LOOK_MS = 500;

type Refilling = Refill & { topic: 'events' | 'state' };
type Send = (topic: Refilling['topic'], messages: ReadyRecord[]) => Promise<void>;

interface Parts {
  pool: Pool;
  ledger: number;
  log: Logger;
  /** Notes how far was sent: what a refill sends is of everything below, and another leader must not begin before it. */
  note: () => Promise<void>;
}

/** The streams that have an event in a page; the ledger's own has no state record. */
function streamsOf(leaves: readonly StoredLeaf[]): StreamKey[] {
  const streams = new Map<string, StreamKey>();
  for (const { event: { person, purpose } } of leaves) if (purpose !== LEDGER_PURPOSE) streams.set(stateKey(person, purpose), { person, purpose });
  return [...streams.values()];
}

/**
 * Fills a deleted topic again from index 0. Nothing new goes out meanwhile: in the topic the order of the log holds, as
 * before. A refill that is cut off goes on where it was noted, and repeats a page at most.
 */
export class Refills {
  private lookedAt = -Infinity;

  constructor(
    private readonly parts: Parts,
    private readonly send: Send,
  ) {}

  /**
   * Sends what was asked for again, of everything below `end`; at once done where nothing was. `atOnce`: something was just now.
   * False where it is not done, since it is not sure that this one leads: it may be so again in a moment, and nothing new may go
   * out before it is done.
   */
  async fill(end: number, term: Term, atOnce = false): Promise<boolean> {
    if (!atOnce && performance.now() - this.lookedAt < LOOK_MS) return true;
    let some = await this.pending();
    if (some) await this.parts.note();
    for (; some && term.leads(); some = await this.pending()) await this.page(some, end, term);
    this.lookedAt = performance.now();
    return some === undefined;
  }

  private async pending(): Promise<Refilling | undefined> {
    const refills = await pendingRefills(this.parts.pool, this.parts.ledger);
    return refills.find((one): one is Refilling => one.topic !== 'checkpoints');
  }

  private async page(refill: Refilling, end: number, term: Term): Promise<void> {
    const { pool, ledger, log } = this.parts;
    const leaves = await readLog(pool, ledger, refill.next, Math.max(0, Math.min(PAGE, end - refill.next)));
    const next = refill.next + leaves.length;
    const records = refill.topic === 'events' ? messagesOf(leaves, { term: term.fencing, make: readyRecord }).events : await this.states(leaves, end, term);
    if (!term.leads()) return;
    await this.send(refill.topic, records);
    await noteRefill(pool, ledger, refill, term, next < end ? next : undefined);
    if (next >= end) log.info({ topic: refill.topic, events: end }, 'a topic was filled again');
  }

  /**
   * Each stream goes out once, as it is at `end`, in the page of the event that made it so: what it was in between would stand as
   * the newest word of somebody who withdrew or was erased until the refill came to that. A tombstone goes with its erasure, no
   * sooner: by the highest index in the topic a newcomer tells how far it is filled.
   */
  private async states(leaves: readonly StoredLeaf[], end: number, term: Term): Promise<ReadyRecord[]> {
    const { pool, ledger } = this.parts;
    const streams = streamsOf(leaves);
    const erased = [...(await purposesOfErased(this.parts, leaves))].flatMap(([person, purposes]) => purposes.map((purpose) => ({ person, purpose })));
    const keys = [...streams, ...erased];
    const sent = await readSent(pool, ledger, keys, end);
    const beyond = (leaves.at(-1)?.index ?? -1) + 1;
    const isDue = (one: Sent, at: number): boolean => at >= streams.length || (!isGone(one, keys[at]?.purpose ?? '') && (one.last?.index ?? beyond) < beyond);
    return keys.flatMap(({ purpose }, at) => {
      const one = sent[at] ?? {};
      const record = isDue(one, at) ? rightRecord(one, purpose, term.fencing) : undefined;
      return record ? [readyRecord(record)] : [];
    });
  }
}
