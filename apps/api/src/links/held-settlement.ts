import { Injectable } from '@nestjs/common';
import { decideHeld, finishHeld, waitingAbout, type HeldOutcome, type HeldRow } from '#held';
import { Ledger, Reader } from '#ledger';
import { Counts } from '#statistics';
import type { Identifier } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { HeldTables } from '../consents/typed-change.js';
import { LookupKeys, SuppressionKeys } from '../system/secrets.js';

/** Decides about withdrawals that are held, and makes those take effect that were let through. */
@Injectable()
export class HeldSettlement {
  constructor(
    private readonly held: HeldTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly appender: Ledger,
    private readonly reader: Reader,
    private readonly lookup: LookupKeys,
    private readonly suppression: SuppressionKeys,
    private readonly counts: Counts,
  ) {}

  async settle(row: HeldRow, outcome: Extract<HeldOutcome, 'kept' | 'owner' | 'time'>, by: string): Promise<void> {
    const { options } = this.held;
    const decided = await decideHeld(options, row.id, outcome, by);
    if (!decided || outcome === 'kept') return;
    const finder = { reader: this.reader, lookupKeys: this.lookup.keys, suppressionKeys: this.suppression.keys };
    await finishHeld({ ...options, appender: this.appender, counts: this.counts, finder, catalogue: this.catalogue.get() }, decided);
  }

  /** Before an identifier is corrected away: by it nobody is found afterwards, and what waits about it would be dropped. Still the word of a stranger. */
  async releaseAbout(identifier: Identifier): Promise<void> {
    for (const row of await waitingAbout(this.held.options, identifier)) await this.settle(row, 'time', 'rectification');
  }
}
