import type { Pool } from 'pg';
import { readRegisters, type HeldRegisters } from './read-registers.js';
import type { CopiedRows } from './copied-rows.js';
import { AT, copyEvents, copyHeads, copyPersons, eventRows, FIRST, headRows, personRows, waitingOf, type Place } from './rows.js';
import { atOneMoment } from './snapshot.js';

/** A stretch of the ledger in order of person and seq, as it stood at one moment. */
export interface Page {
  events: CopiedRows;
  /** Rows of events without an index that wait for one in the outbox. */
  waiting: ReadonlySet<number>;
  /** Of every person who ends in this page: he has no event behind it. */
  heads: CopiedRows;
  persons: CopiedRows;
  /** What the worker keeps of them, where it was asked for. */
  registers?: HeldRegisters;
  /** The person who goes on in the next page; undefined on the last. */
  next?: string;
}

/** Large enough that what a statement costs by itself is little. */
const PAGE = 4_000;

export interface WalkOptions {
  pool: Pool;
  ledger: number;
  /** Whether the worker's registers are read, too. */
  registers?: boolean;
  /** The person before whom it ends; without one it goes to the end. */
  before?: string;
}

/** The memory of a page: there are two, since one page is read ahead. */
const rooms = (): Pick<Page, 'events' | 'heads' | 'persons'> => ({ events: eventRows(), heads: headRows(), persons: personRows() });

async function readPage({ pool, ledger, registers, before }: WalkOptions, from: string, after: Place, room: ReturnType<typeof rooms>): Promise<Page> {
  return atOneMoment(pool, async (client) => {
    const events = await copyEvents(room.events, client, ledger, { after, before }, PAGE);
    const next = events.count < PAGE ? undefined : events.uuid(events.count - 1, AT.person);
    const people = { from, before: next ?? before };
    const heads = await copyHeads(room.heads, client, ledger, people);
    const persons = await copyPersons(room.persons, client, ledger, people);
    const waiting = await waitingOf(client, ledger, events);
    return { events, waiting, heads, persons, next, ...(registers && { registers: await readRegisters(client, ledger, people) }) };
  });
}

/**
 * The whole ledger from a person on, page by page, while it is in use. A person's events, state and row are of one moment:
 * that of the page in which he ends; what is earlier of him never changes. One page is read ahead, into the memory of the
 * page before this one: a page's rows stand only until the next is asked for.
 */
export async function* walk(options: WalkOptions, from = FIRST.person): AsyncGenerator<Page> {
  let [room, other] = [rooms(), rooms()];
  let reading: Promise<Page> | undefined = readPage(options, from, { ...FIRST, person: from }, room);
  while (reading) {
    const page: Page = await reading;
    const { events, next } = page;
    [room, other] = [other, room];
    reading = next === undefined ? undefined : readPage(options, next, { person: next, seq: events.int(events.count - 1, AT.seq) }, room);
    reading?.catch(() => undefined);
    yield page;
  }
}
