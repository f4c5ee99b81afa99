import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { personAfter } from '#consent';
import { asRead, demandAsRead, homeOf, Reader, wholePerson, type Entry, type View } from '#ledger';
import { ProblemError } from '../http/problem.js';
import { PeopleTables } from '../people/people-tables.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';

export interface RightState {
  person: string;
  right: string;
  event: string;
  askedAt: string;
  due: string;
  state: 'open' | 'closed';
  closedAt?: string;
  outcome?: string;
}

interface Row {
  person: string;
  event: string;
  right: string;
  asked_at: Date;
  due: Date;
  closed_at: Date | null;
  outcome: string | null;
}

const COLUMNS = 'person, event, "right", asked_at, due, closed_at, outcome';
/** Of people straight from the log, so that nobody misses what he asked for a moment ago. */
const TOLD = `
SELECT e.bytes, p.seq FROM persons p JOIN events e ON e.ledger = p.ledger AND e.person = p.person
WHERE p.ledger = $1 AND p.person = ANY ($2::uuid[]) AND e.purpose = '~person' AND e.type IN ('right-requested', 'right-closed', 'person-erased') ORDER BY e.recorded_at`;
const OPEN = `SELECT ${COLUMNS} FROM rights WHERE ledger = $1 AND closed_at IS NULL ORDER BY due, person, event LIMIT $2`;

const stateOf = (row: Row): RightState => ({
  person: row.person,
  right: row.right,
  event: row.event,
  askedAt: row.asked_at.toISOString(),
  due: row.due.toISOString(),
  state: row.closed_at ? 'closed' : 'open',
  ...(row.closed_at && { closedAt: row.closed_at.toISOString() }),
  ...(row.outcome !== null && { outcome: row.outcome }),
});

/** Whether an event closes what another one asked for: named as a cause, or of the same call; or the erasure of whoever asked. */
const closes = (asked: LedgerEvent) => (event: LedgerEvent): boolean => {
  if (event.type === 'person-erased') return event.person === asked.person;
  return event.type === 'right-closed' && (event.causes?.includes(asked.event) === true || (event.causes === undefined && event.request === asked.request));
};

function toldOf(asked: LedgerEvent, closed: LedgerEvent | undefined): RightState {
  const { right = '', due = '' } = (asked.fact ?? {}) as { right?: string; due?: string };
  const { outcome } = (closed?.type === 'person-erased' ? { outcome: 'erased' } : (closed?.fact ?? {})) as { outcome?: string };
  const row = { person: asked.person, event: asked.event, right, asked_at: new Date(asked.recordedAt), due: new Date(due) };
  return stateOf({ ...row, closed_at: closed ? new Date(closed.recordedAt) : null, outcome: outcome ?? null });
}

interface Told {
  event: LedgerEvent;
  /** Of the last event of its person, when both were read. */
  seq: number;
}

/** The rights that people asked for. Over all people as the worker keeps them from the log, a moment behind it. */
@Injectable()
export class RightsRegister {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly desk: PersonDesk,
    private readonly tables: PeopleTables,
    private readonly reader: Reader,
  ) {}

  /** What somebody asked for, he or whoever was merged with him. */
  async of(person: string): Promise<RightState[]> {
    const events = (await this.toldBy(person)).map(({ event }) => event);
    return events.filter(({ type }) => type === 'right-requested').map((asked) => toldOf(asked, events.find(closes(asked))));
  }

  /** What is open, the nearest due date first. */
  async open(limit: number): Promise<RightState[]> {
    const { rows } = await this.pool.query<Row>(OPEN, [this.ledger, limit]);
    return rows.map(stateOf);
  }

  private async toldBy(person: string): Promise<Told[]> {
    const home = await homeOf(this.reader, person);
    const { rows } = await this.pool.query<{ bytes: Buffer; seq: number }>(TOLD, [this.ledger, [home, ...(await this.tables.parts(home))]]);
    return rows.map(({ bytes, seq }) => ({ event: JSON.parse(bytes.toString('utf8')) as LedgerEvent, seq }));
  }

  /** Closes a right that is open, once, by the log itself: with the person who asked, though he was merged since. */
  close(asking: Pick<Asking, 'person' | 'key' | 'idempotency'>, right: string, outcome: string): Promise<Done> {
    return asRead(async () => {
      const told = await this.toldBy(asking.person);
      const { event: asked, seq } = told.find(({ event }) => event.event === right && event.type === 'right-requested') ?? {};
      if (!asked || seq === undefined) throw new ProblemError(404, 'right_unknown', 'the person has asked for no such right');
      if (told.some(({ event }) => closes(asked)(event))) throw new ProblemError(409, 'right_closed', 'this request is closed');
      const fact = { right: asked.fact?.right, outcome };
      const decide = (view: View): Entry[] => {
        demandAsRead(view, asked.person, seq);
        return [wholePerson({ type: 'right-closed', occurredAt: view.recordedAt, causes: [asked.event], fact, after: personAfter(view.person) })];
      };
      return this.desk.write({ ...asking, person: asked.person, ownMatter: true, decide });
    });
  }
}
