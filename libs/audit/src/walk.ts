import type { Pool } from 'pg';
import { readRegisters, type HeldRegisters } from './read-registers.js';
import { AT, FIRST, readEvents, readHeads, readPersons, waitingOf, type EventRow, type HeadRow, type PersonRow, type Place } from './rows.js';
import { atOneMoment } from './snapshot.js';

/** A stretch of the ledger in order of person and seq, as it stood at one moment. */
export interface Page {
  events: EventRow[];
  /** Events without an index that wait for one in the outbox. */
  waiting: Set<EventRow>;
  /** Of every person who ends in this page: he has no event behind it. */
  heads: HeadRow[];
  persons: PersonRow[];
  /** What the worker keeps of them, where it was asked for. */
  registers?: HeldRegisters;
  /** The person who goes on in the next page; undefined on the last. */
  next?: string;
}

/** Small enough that a page is gone before the collector of garbage has copied it about. */
const PAGE = 1_000;

export interface WalkOptions {
  pool: Pool;
  ledger: number;
  /** Whether the worker's registers are read, too. */
  registers?: boolean;
}

async function readPage({ pool, ledger, registers }: WalkOptions, from: string, after: Place): Promise<Page> {
  return atOneMoment(pool, async (client) => {
    const events = await readEvents(client, ledger, after, PAGE);
    const next = events.length < PAGE ? undefined : events.at(-1)?.[AT.person];
    const people = { from, before: next };
    const heads = await readHeads(client, ledger, people);
    const persons = await readPersons(client, ledger, people);
    const waiting = await waitingOf(client, ledger, events.filter((row) => row[AT.index] === null));
    return { events, waiting, heads, persons, next, ...(registers && { registers: await readRegisters(client, ledger, people) }) };
  });
}

/**
 * The whole ledger from a person on, page by page, while it is in use. A person's events, state and row are of one moment:
 * that of the page in which he ends; what is earlier of him never changes. One page is read ahead.
 */
export async function* walk(options: WalkOptions, from = FIRST.person): AsyncGenerator<Page> {
  let reading: Promise<Page> | undefined = readPage(options, from, { ...FIRST, person: from });
  while (reading) {
    const page: Page = await reading;
    const last = page.events.at(-1);
    reading = page.next !== undefined && last ? readPage(options, page.next, { person: last[AT.person], seq: Number(last[AT.seq]) }) : undefined;
    reading?.catch(() => undefined);
    yield page;
  }
}
