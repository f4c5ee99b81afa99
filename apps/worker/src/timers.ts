import type { Pool } from 'pg';
import { decideFact, decideOverrideEnd, decidePauseEnd, TIMED_TYPES, timerAfter, type Stream } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { nowMicros, personCall, streamsOf, timeText, type DefinedPurpose, type Entry, type View } from '#ledger';
import type { StreamKey } from '#outbox';
import type { RoundOptions } from './consequence.js';
import type { Job } from './follow-log.js';
import type { Round } from './rounds.js';

const PAGE = 500;
const EVERY_MS = 5_000;
const KEEP = `
INSERT INTO timers (ledger, person, purpose, event, until)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[]) AS t(person, purpose, event, until) ORDER BY person, purpose
ON CONFLICT (ledger, person, purpose) DO UPDATE SET event = excluded.event, until = excluded.until WHERE timers.until <> excluded.until`;
const FORGET = `
DELETE FROM timers t USING unnest($2::uuid[], $3::text[]) AS gone(person, purpose)
WHERE t.ledger = $1 AND t.person = gone.person AND t.purpose = gone.purpose`;
const DONE = 'DELETE FROM timers WHERE ledger = $1 AND person = $2 AND purpose = $3 AND event = $4';
const DUE = `
SELECT person, purpose, event FROM timers WHERE ledger = $1 AND until <= $2::timestamptz ORDER BY until, person, purpose LIMIT $3`;

interface Kept {
  person: string;
  purpose: string;
  event: string;
  until: string;
}

/** What a stretch of the log does to timers: first those of `gone` go, then those of `kept` stand. */
function timersAfter(events: readonly LedgerEvent[]): { gone: StreamKey[]; kept: Kept[] } {
  const gone = new Map<string, StreamKey>();
  const kept = new Map<string, Kept>();
  for (const event of events) {
    const timer = timerAfter(event);
    const key = `${event.person} ${event.purpose}`;
    if (timer === 'gone') {
      gone.set(key, event);
      kept.delete(key);
    } else if (timer !== 'stays' && kept.get(key)?.until !== timer.until) {
      // An end that was another in between is the later event's, also where the time is the same again.
      if (kept.has(key)) gone.set(key, event);
      kept.set(key, { person: event.person, purpose: event.purpose, event: event.event, until: timer.until });
    }
  }
  return { gone: [...gone.values()], kept: [...kept.values()] };
}

/**
 * Keeps, for each stream, when its last event ends by itself: a projection of the log, so that time finds it by an index. The
 * event is the one that set the end: one that goes on with it, such as a grant, has a consequence of its own, its expiry.
 */
export const timerRegister = ({ pool, ledger }: { pool: Pool; ledger: number }): Job => ({
  name: 'timers',
  types: TIMED_TYPES,
  async handle(event) {
    await this.handleAll?.([event]);
  },
  async handleAll(events) {
    const { gone, kept } = timersAfter(events);
    if (gone.length > 0) await pool.query({ name: 'forget-timers', text: FORGET, values: [ledger, gone.map(({ person }) => person), gone.map(({ purpose }) => purpose)] });
    if (kept.length === 0) return;
    const values = [ledger, kept.map(({ person }) => person), kept.map(({ purpose }) => purpose), kept.map(({ event }) => event), kept.map(({ until }) => until)];
    await pool.query({ name: 'keep-timers', text: KEEP, values });
  },
});

interface Due {
  person: string;
  purpose: string;
  event: string;
}

/** What ends for one purpose: a pause, or an override. */
function purposeEntries(view: View, purpose: DefinedPurpose): Entry[] {
  const stream: Stream = view.stream(purpose);
  const pause = decidePauseEnd(stream, purpose, view.person, view.recordedAt);
  const outcome = pause.kind === 'done' ? pause : decideOverrideEnd(stream, purpose, view.person, view.recordedAt);
  return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
}

/** What ends for the whole person: his pause, and a restriction whose time is over. */
function personEntries(view: View, purposes: DefinedPurpose[], restricted: boolean): Entry[] {
  const { person, recordedAt } = view;
  const over = person.pausedUntil !== undefined && person.pausedUntil <= recordedAt;
  if (restricted && person.restrictedSince !== undefined) return decideFact({ kind: 'lift-restriction', ground: 'time-over' }, person, streamsOf(view, purposes), recordedAt);
  return over ? decideFact({ kind: 'end-pause' }, person, streamsOf(view, purposes), recordedAt) : [];
}

/**
 * Ends what was to last until a time: pauses, restrictions, overrides. `request` is the event that set the time, so it happens
 * once; decided from the stream as it stands, so nothing ends that was prolonged a moment before.
 */
export function timers({ pool, ledger, appender, catalogue }: RoundOptions): Round {
  async function end({ person, purpose, event }: Due): Promise<number> {
    const all = [...((await catalogue())?.purposes.values() ?? [])];
    const { rows } = await pool.query<{ kind: 'person' | 'device'; type: string }>('SELECT p.kind, e.type FROM persons p, events e WHERE p.ledger = $1 AND p.person = $2 AND e.ledger = $1 AND e.person = $2 AND e.event = $3', [ledger, person, event]);
    const [found] = rows;
    const one = all.find(({ id }) => id === purpose);
    if (!found || (!one && purpose !== WHOLE_PERSON)) {
      await pool.query(DONE, [ledger, person, purpose, event]);
      return 0;
    }
    const purposes = one ? [one] : all.filter(({ holder }) => holder === found.kind);
    const decide = (view: View): Entry[] => (one ? purposeEntries(view, one) : personEntries(view, purposes, found.type === 'processing-restricted'));
    const written = await appender.append(personCall({ request: event, holder: { person, kind: found.kind }, actor: { kind: 'ledger', id: 'timers' }, purposes, decide }), { recheck: true });
    await pool.query(DONE, [ledger, person, purpose, event]);
    return written.length;
  }

  return {
    name: 'timers',
    everyMs: EVERY_MS,
    async run(term) {
      let written = 0;
      for (;;) {
        const { rows } = await pool.query<Due>(DUE, [ledger, timeText(nowMicros()), PAGE]);
        if (rows.length === 0 || !term.leads() || !(await catalogue())) return written;
        const counts = await Promise.all(rows.map(end));
        written += counts.reduce((sum, count) => sum + count, 0);
      }
    },
  };
}
