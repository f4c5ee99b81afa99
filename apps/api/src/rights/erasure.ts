import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { ApiKey } from '#access';
import { decideFact, type Kept } from '#consent';
import { homeOf, microsOf, Reader, streamsOf, timeText } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { ProblemError } from '../http/problem.js';
import type { EraseBody } from './bodies.js';
import { PersonDesk, type Done } from './person-desk.js';

export interface Erased extends Done {
  erased: { identifiers: number; evidence: number; purposes: string[] };
  kept: Kept[];
  /** Whether the worker has removed it all already; it does so within moments, whatever happens to this call. */
  removed: boolean;
}

const COUNT = `
SELECT (SELECT count(*)::int FROM identifiers WHERE ledger = $1 AND person = $2) AS identifiers,
  (SELECT count(*)::int FROM evidence WHERE ledger = $1 AND person = $2) AS evidence`;
const REMAINS = `
SELECT EXISTS (SELECT FROM person_keys WHERE ledger = $1 AND person = $2) OR EXISTS (SELECT FROM identifiers WHERE ledger = $1 AND person = $2) AS remains`;
const PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 25;

/** Erases people (GDPR 17): the event is the api's, the removal the worker's, who alone may delete. */
@Injectable()
export class Erasure {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly desk: PersonDesk,
    private readonly catalogue: CurrentCatalogue,
    private readonly reader: Reader,
  ) {}

  async erase(person: string, { ground = 'eu-gdpr:A17-1-b', kept: named = [] }: EraseBody, key: ApiKey): Promise<Erased> {
    this.checkKept(named);
    const kept = named.map((one) => ({ ...one, ...(one.until !== undefined && { until: timeText(microsOf(one.until)) }) }));
    const { rows } = await this.pool.query<{ identifiers: number; evidence: number }>(COUNT, [this.ledger, await homeOf(this.reader, person)]);
    const held = rows[0] ?? { identifiers: 0, evidence: 0 };
    const done = await this.desk.meet(
      'erase',
      { person, key, decide: (view, purposes) => decideFact({ kind: 'erase', reason: 'erased', ground, kept }, view.person, streamsOf(view, purposes), view.recordedAt) },
      'erased',
    );
    const purposes = done.affected.map(({ purpose }) => purpose).filter((purpose) => !purpose.startsWith('~'));
    return { ...done, erased: { ...held, purposes }, kept, removed: await this.isRemoved(done.person) };
  }

  private checkKept(kept: Kept[]): void {
    const { categories = [] } = this.catalogue.get().document as { categories?: { id: string }[] };
    const strange = kept.find(({ category }) => !categories.some(({ id }) => id === category));
    if (strange) throw new ProblemError(422, 'category_unknown', 'the catalogue has no such data category', { category: strange.category });
  }

  /** Waits a moment for the worker, so that the answer can say that it is done. */
  private async isRemoved(person: string): Promise<boolean> {
    for (const limit = performance.now() + PATIENCE_MS; performance.now() < limit; await pause(LOOK_EVERY_MS)) {
      const { rows } = await this.pool.query<{ remains: boolean }>(REMAINS, [this.ledger, person]);
      if (!rows[0]?.remains) return true;
    }
    return false;
  }
}
