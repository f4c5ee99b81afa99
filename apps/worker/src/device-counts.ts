import type { Pool } from 'pg';
import type { LedgerEvent, NoticeRef } from '#contracts';
import { collectedOf, type Counts } from '#statistics';

/** Whose "no" ended a consent of a device: the event, and the call that the job was led by. */
export interface Cause {
  person: string;
  event: string;
  call: string;
}

export const FIND_EVENT = 'SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND event = $4';

/**
 * Counts what a person's own "no" takes away on his devices, under the text that the device's consent was given to. One call is one
 * answer for each device, as on the website, however many purposes it names.
 */
export class DeviceCounts {
  private call = '';
  private counted = new Set<string>();

  constructor(private readonly options: { pool: Pool; ledger: number; counts: Counts }) {}

  /** What the person said; undefined where the ledger itself did. To be asked for before the device's consent is ended: after that nothing may fail. */
  async said(purpose: string, { person, event }: Cause): Promise<LedgerEvent | undefined> {
    const { pool, ledger } = this.options;
    const { rows } = await pool.query<{ bytes: Buffer }>(FIND_EVENT, [ledger, person, purpose, event]);
    const said = rows[0] && (JSON.parse(rows[0].bytes.toString('utf8')) as LedgerEvent);
    return said?.actor.kind === 'ledger' ? undefined : said;
  }

  ended(device: string, notice: NoticeRef | undefined, { actor, capture }: LedgerEvent, { call }: Cause): void {
    const counted = this.countedOf(call);
    const name = JSON.stringify([device, notice?.id, notice?.version, notice?.locale]);
    if (counted.has(name)) return;
    this.options.counts.answer(collectedOf({ actor, capture, notice }), 'withdrawn');
    counted.add(name);
  }

  /** What was counted of one call: its events stand side by side in the log, or so nearly that another one between them is rare. */
  private countedOf(call: string): Set<string> {
    if (call !== this.call) this.counted = new Set();
    this.call = call;
    return this.counted;
  }
}
