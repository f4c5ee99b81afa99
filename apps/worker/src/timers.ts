import type { Pool } from 'pg';
import { decideFact, decideOverrideEnd, decidePauseEnd, isOver, TIMED_TYPES, TIMER_KINDS, timersAfter, type TimerKind } from '#consent';
import { WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { nowMicros, personCall, streamsOf, timeText, type DefinedPurpose, type Entry, type View } from '#ledger';
import type { StreamKey } from '#outbox';
import type { RoundOptions } from './consequence.js';
import type { Job } from './follow-log.js';
import type { Round } from './rounds.js';

const PAGE = 500;
const EVERY_MS = 5_000;
const KEEP = `
INSERT INTO timers (ledger, person, purpose, kind, event, until)
SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[]) AS t(person, purpose, kind, event, until) ORDER BY person, purpose, kind
ON CONFLICT (ledger, person, purpose, kind) DO UPDATE SET event = excluded.event, until = excluded.until WHERE timers.until <> excluded.until`;
const FORGET = `
DELETE FROM timers t USING unnest($2::uuid[], $3::text[], $4::text[]) AS gone(person, purpose, kind)
WHERE t.ledger = $1 AND t.person = gone.person AND t.purpose = gone.purpose AND t.kind = gone.kind`;
const DONE = 'DELETE FROM timers WHERE ledger = $1 AND person = $2 AND purpose = $3 AND kind = $4 AND event = $5';
const DUE = `
SELECT person, purpose, kind, event FROM timers WHERE ledger = $1 AND until <= $2::timestamptz ORDER BY until, person, purpose, kind LIMIT $3`;

interface TimerKey extends StreamKey {
  kind: TimerKind;
}

interface Kept extends TimerKey {
  event: string;
  until: string;
}

/** What a stretch of the log does to timers: first those of `gone` go, then those of `kept` stand. */
function changesBy(events: readonly LedgerEvent[]): { gone: TimerKey[]; kept: Kept[] } {
  const gone = new Map<string, TimerKey>();
  const kept = new Map<string, Kept>();
  for (const event of events) {
    const after = timersAfter(event);
    for (const kind of TIMER_KINDS) {
      const { person, purpose } = event;
      const [one, timer, key] = [{ person, purpose, kind }, after[kind], `${person} ${purpose} ${kind}`];
      if (timer === 'gone') {
        gone.set(key, one);
        kept.delete(key);
      } else if (timer !== 'stays' && kept.get(key)?.until !== timer.until) {
        // An end that was another in between is the later event's, also where the time is the same again.
        if (kept.has(key)) gone.set(key, one);
        kept.set(key, { ...one, event: event.event, until: timer.until });
      }
    }
  }
  return { gone: [...gone.values()], kept: [...kept.values()] };
}

const keysOf = (timers: TimerKey[]): string[][] => [timers.map(({ person }) => person), timers.map(({ purpose }) => purpose), timers.map(({ kind }) => kind)];

/**
 * Keeps, for each stream, when what it says ends by itself: a projection of the log, so that time finds it by an index. The
 * event is the one that set the end: one that goes on with it, such as a grant, has a consequence of its own, its expiry.
 */
export const timerRegister = ({ pool, ledger }: { pool: Pool; ledger: number }): Job => ({
  name: 'timers',
  types: TIMED_TYPES,
  async handle(event) {
    await this.handleAll?.([event]);
  },
  async handleAll(events) {
    const { gone, kept } = changesBy(events);
    if (gone.length > 0) await pool.query(FORGET, [ledger, ...keysOf(gone)]);
    if (kept.length === 0) return;
    await pool.query({ name: 'keep-timers', text: KEEP, values: [ledger, ...keysOf(kept), kept.map(({ event }) => event), kept.map(({ until }) => until)] });
  },
});

interface Due extends TimerKey {
  event: string;
}

/** What ends for one purpose: a pause, or an override. */
function purposeEntries(view: View, purpose: DefinedPurpose, kind: TimerKind): Entry[] {
  const outcome = (kind === 'pause' ? decidePauseEnd : decideOverrideEnd)(view.stream(purpose), purpose, view.person, view.recordedAt);
  return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
}

/** What ends for the whole person: his pause, or a restriction. */
function personEntries(view: View, purposes: DefinedPurpose[], kind: TimerKind): Entry[] {
  const { person, recordedAt } = view;
  if (kind === 'stand') return !isOver(person.restrictedUntil, recordedAt) ? [] : decideFact({ kind: 'lift-restriction', ground: 'time-over' }, person, streamsOf(view, purposes), recordedAt);
  return isOver(person.pausedUntil, recordedAt) ? decideFact({ kind: 'end-pause' }, person, streamsOf(view, purposes), recordedAt) : [];
}

/** Timers that one event set, pauses first. */
function bySource(due: readonly Due[]): Due[][] {
  const groups = new Map<string, Due[]>();
  for (const one of [...due].sort((one, other) => one.kind.localeCompare(other.kind))) groups.set(one.event, [...(groups.get(one.event) ?? []), one]);
  return [...groups.values()];
}

/**
 * Ends what was to last until a time: pauses, restrictions, overrides. `request` is the event that set the time, so it happens
 * once; decided from the stream as it stands, so nothing ends that was prolonged a moment before.
 */
export function timers({ pool, ledger, appender, catalogue }: RoundOptions): Round {
  /** One event may set several ends, and have had another consequence: each follows from what was written last. */
  async function causeOf(person: string, event: string): Promise<string> {
    const { rows } = await pool.query<{ event: string }>('SELECT event FROM events WHERE ledger = $1 AND person = $2 AND request = $3 ORDER BY ordinal DESC LIMIT 1', [ledger, person, event]);
    return rows[0]?.event ?? event;
  }

  async function end({ person, purpose, kind, event }: Due): Promise<number> {
    const all = [...((await catalogue())?.purposes.values() ?? [])];
    const { rows } = await pool.query<{ kind: 'person' | 'device' }>('SELECT kind FROM persons WHERE ledger = $1 AND person = $2', [ledger, person]);
    const [found] = rows;
    const one = all.find(({ id }) => id === purpose);
    if (!found || (!one && purpose !== WHOLE_PERSON)) {
      await pool.query(DONE, [ledger, person, purpose, kind, event]);
      return 0;
    }
    const purposes = one ? [one] : all.filter(({ holder }) => holder === found.kind);
    const request = await causeOf(person, event);
    const decide = (view: View): Entry[] => (one ? purposeEntries(view, one, kind) : personEntries(view, purposes, kind));
    const written = await appender.append(personCall({ request, holder: { person, kind: found.kind }, actor: { kind: 'ledger', id: 'timers' }, purposes, decide }), { recheck: true });
    await pool.query(DONE, [ledger, person, purpose, kind, event]);
    return written.length;
  }

  async function endInTurn(due: Due[]): Promise<number> {
    let written = 0;
    for (const one of due) written += await end(one);
    return written;
  }

  return {
    name: 'timers',
    everyMs: EVERY_MS,
    async run(term) {
      let written = 0;
      for (;;) {
        const { rows } = await pool.query<Due>(DUE, [ledger, timeText(nowMicros()), PAGE]);
        if (rows.length === 0 || !term.leads() || !(await catalogue())) return written;
        const counts = await Promise.all(bySource(rows).map(endInTurn));
        written += counts.reduce((sum, count) => sum + count, 0);
      }
    },
  };
}
