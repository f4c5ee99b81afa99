import type { Pool } from 'pg';
import type { EventType, LedgerEvent } from '#contracts';
import { readSpan, type Span } from '#outbox';

const SPAN = 2_000;

/**
 * The newest stretch of the log, read once for all who follow it: at its end every job wants the same leaves, and each look
 * costs the database the same whether it finds something for the job or not.
 */
export class Tail {
  private readonly types: EventType[];
  private readonly reading = new Map<number, Promise<Span | undefined>>();
  private newest?: Span;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    types: Iterable<EventType>,
  ) {
    this.types = [...new Set(types)].sort();
  }

  /** What follows from index `from` on, events of these types only; undefined at the end of the log. */
  async after(from: number, types: readonly EventType[]): Promise<{ last: number; events: LedgerEvent[] } | undefined> {
    const kept = this.newest;
    const span = kept && kept.from <= from && from <= kept.last ? kept : await this.read(from);
    if (!span) return undefined;
    const events = span.events.flatMap(({ index, event }) => (index >= from && types.includes(event.type) ? [event] : []));
    return { last: span.last, events };
  }

  private read(from: number): Promise<Span | undefined> {
    const running = this.reading.get(from);
    if (running) return running;
    const fresh = readSpan(this.pool, this.ledger, { from, limit: SPAN, types: this.types })
      .then((span) => {
        if (span && span.last > (this.newest?.last ?? -1)) this.newest = span;
        return span;
      })
      .finally(() => this.reading.delete(from));
    this.reading.set(from, fresh);
    return fresh;
  }
}
