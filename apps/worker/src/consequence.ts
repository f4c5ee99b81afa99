import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { allInEffect, chosenOf, type Outcome, type Stream } from '#consent';
import { faultOf, Unavailable, type Call, type CatalogueInForce, type DefinedPurpose, type Entry, type Ledger, type View } from '#ledger';

/** What the jobs of time work with. */
export interface RoundOptions {
  pool: Pool;
  ledger: number;
  appender: Ledger;
  log: Logger;
  catalogue: () => Promise<CatalogueInForce | undefined>;
}

/** What follows, for one holder, from an event or from time; nobody's decision. */
export interface Consequence {
  person: string;
  purposes: DefinedPurpose[];
  /** The event that causes it: by its id it happens once. */
  request: string;
  /** What to do where that event has had a consequence for this person before: one event has one, in one transaction. */
  instead?: Consequence[];
  job: string;
  /** Decides from what was chosen; what it writes is what is in force. */
  decide(stream: Stream, recordedAt: string): Outcome;
}

/** The call that a consequence is to the ledger; its answer is how many events it wrote, or found written under its request. */
export function callOf({ person, purposes, request, job, decide }: Consequence): Call<number> {
  const entriesFor = (purpose: DefinedPurpose, { person: whole, recordedAt, stream: streamOf }: View): Entry[] => {
    const stream = streamOf(purpose);
    const outcome = decide(chosenOf(stream), recordedAt);
    if (outcome.kind !== 'done' || whole.erased) return [];
    return allInEffect(outcome.drafts, purpose, stream, whole, recordedAt).map((draft) => ({ purpose, draft }));
  };
  return {
    request,
    units: [
      {
        holder: { person, kind: purposes[0]?.holder ?? 'person' },
        purposes,
        actor: { kind: 'ledger', id: job },
        evidence: {},
        decide: (view) => purposes.flatMap((purpose) => entriesFor(purpose, view)),
      },
    ],
    answer: (written) => written.reduce((sum, one) => sum + one.events.length, 0),
  };
}

async function append(appender: Ledger, one: Consequence): Promise<number> {
  try {
    return await appender.append(callOf(one));
  } catch (error) {
    if (!one.instead || faultOf(error) !== 'taken') throw error;
    const written = await Promise.all(one.instead.map((other) => append(appender, other)));
    return written.reduce((sum, count) => sum + count, 0);
  }
}

/**
 * Appends many consequences at once, so that full batches form by themselves. One that fails for itself is told in the log
 * and by `failed`, and found again by the next round; when the ledger cannot take any, it throws once all are settled.
 */
export async function appendAll({ appender, log }: RoundOptions, consequences: Consequence[], failed?: (one: Consequence) => void): Promise<number> {
  const settled = await Promise.allSettled(consequences.map((one) => append(appender, one)));
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error & { code?: string }] : []));
  const away = failures.find((error) => error instanceof Unavailable);
  if (away) throw away;
  settled.forEach(({ status }, at) => status === 'rejected' && failed?.(consequences[at] as Consequence));
  if (failures[0]) log.error({ job: consequences[0]?.job, failed: failures.length, code: failures[0].code, reason: failures[0].name }, 'some of what was due could not be written');
  return settled.reduce((sum, one) => sum + (one.status === 'fulfilled' ? one.value : 0), 0);
}
