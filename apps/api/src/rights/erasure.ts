import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { decideFact, type Kept } from '#consent';
import { homeOf, microsOf, Reader, streamsOf, timeText } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { FirstAnswers } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from '../people/people-tables.js';
import type { EraseBody } from './bodies.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';

type Who = Pick<Asking, 'person' | 'key' | 'idempotency'>;

export interface Erased extends Done {
  erased: { identifiers: number; evidence: number; purposes: string[] };
  kept: Kept[];
  /** Whether the worker has removed it all already; it does so within moments, whatever happens to this call. */
  removed: boolean;
}

const COUNT = `
SELECT (SELECT count(*)::int FROM identifiers WHERE ledger = $1 AND person = ANY ($2::uuid[])) AS identifiers,
  (SELECT count(*)::int FROM evidence WHERE ledger = $1 AND person = ANY ($2::uuid[])) AS evidence`;
const REMAINS = `
SELECT EXISTS (SELECT FROM person_keys WHERE ledger = $1 AND person = ANY ($2::uuid[])) OR EXISTS (SELECT FROM identifiers WHERE ledger = $1 AND person = ANY ($2::uuid[])) AS remains`;
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
    private readonly tables: PeopleTables,
    private readonly firsts: FirstAnswers,
  ) {}

  /** What is kept under an idempotency key; whether it is removed by now is looked at for each answer. */
  async erase(asking: Who, body: EraseBody): Promise<Erased> {
    const done = await this.firsts.once(asking.idempotency, () => this.write(asking, body));
    return { ...done, removed: await this.isRemoved(done.person) };
  }

  private async write(asking: Who, { ground = 'eu-gdpr:A17-1-b', kept: named = [] }: EraseBody): Promise<Omit<Erased, 'removed'>> {
    this.checkKept(named);
    const kept = named.map((one) => ({ ...one, ...(one.until !== undefined && { until: timeText(microsOf(one.until)) }) }));
    const { rows } = await this.pool.query<{ identifiers: number; evidence: number }>(COUNT, [this.ledger, await this.all(await homeOf(this.reader, asking.person))]);
    const held = rows[0] ?? { identifiers: 0, evidence: 0 };
    return this.desk.meet(
      'erase',
      { ...asking, decide: (view, purposes) => decideFact({ kind: 'erase', reason: 'erased', ground, kept }, view.person, streamsOf(view, purposes), view.recordedAt) },
      'erased',
      (done) => ({ ...done, erased: { ...held, purposes: done.affected.map(({ purpose }) => purpose).filter((purpose) => !purpose.startsWith('~')) }, kept }),
    );
  }

  private checkKept(kept: Kept[]): void {
    const { categories = [] } = this.catalogue.get().document as { categories?: { id: string }[] };
    const strange = kept.find(({ category }) => !categories.some(({ id }) => id === category));
    if (strange) throw new ProblemError(422, 'category_unknown', 'the catalogue has no such data category', { category: strange.category });
  }

  /** Whoever goes with an erasure: the person and his parts. */
  private async all(home: string): Promise<string[]> {
    return [home, ...(await this.tables.parts(home))];
  }

  /** Waits a moment for the worker, so that the answer can say that it is done. */
  private async isRemoved(person: string): Promise<boolean> {
    const people = await this.all(person);
    for (const limit = performance.now() + PATIENCE_MS; performance.now() < limit; await pause(LOOK_EVERY_MS)) {
      const { rows } = await this.pool.query<{ remains: boolean }>(REMAINS, [this.ledger, people]);
      if (!rows[0]?.remains) return true;
    }
    return false;
  }
}
