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

  async ended(device: string, purpose: string, notice: NoticeRef | undefined, { person, event, call }: Cause): Promise<void> {
    const counted = this.countedOf(call);
    const name = JSON.stringify([device, notice?.id, notice?.version, notice?.locale]);
    if (counted.has(name)) return;
    const { pool, ledger, counts } = this.options;
    const { rows } = await pool.query<{ bytes: Buffer }>(FIND_EVENT, [ledger, person, purpose, event]);
    const said = rows[0] && (JSON.parse(rows[0].bytes.toString('utf8')) as LedgerEvent);
    if (!said || said.actor.kind === 'ledger') return;
    counts.answer(collectedOf({ actor: said.actor, capture: said.capture, notice }), 'withdrawn');
    counted.add(name);
  }

  /** What was counted of one call: its events stand side by side in the log, or so nearly that another one between them is rare. */
  private countedOf(call: string): Set<string> {
    if (call !== this.call) this.counted = new Set();
    this.call = call;
    return this.counted;
  }
}
