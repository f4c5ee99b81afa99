import { decideLost, decideLostWhole, type LostWord } from '#consent';
import { WHOLE_PERSON, type Actor, type HolderKind, type LedgerEvent, type MessageData } from '#contracts';
import { eraseHeld, Ledger, microsOf, nowMicros, personCall, readCatalogue, streamsOf, uuidv7, type CatalogueInForce, type DefinedPurpose, type EraserOptions } from '#ledger';
import { forgetLost, type SentEvent } from '#outbox';

/** An event that systems were told of and that the ledger has not, by its message. */
export interface LostEvent extends SentEvent {
  type: LostWord['type'];
  data: MessageData;
}

/** What was done about the lost events of somebody. */
export interface Settled {
  person: string;
  kind: HolderKind;
  /** Each lost event with the types of what was written of its stream; none: it stands as it is. */
  events: (LostEvent & { outcome: string })[];
}

export interface SettleOptions extends EraserOptions {
  lost: readonly LostEvent[];
  actor: Actor;
  settled(one: Settled): void;
}

/** Nothing was written: what a system was told of stands there, and not here. */
export const LEFT = 'left';
const SAID_SINCE = 'said-since';

/** What a message says of the future is no measure beyond this, in microseconds: a clock that was wrong, or nobody's. */
const MAY_RUN_AHEAD_US = 3_600_000_000;
const RAISE = 'UPDATE persons SET known_us = greatest(known_us, $3) WHERE ledger = $1 AND person = $2';
const NOTE = `
INSERT INTO lost_events (ledger, person, event, purpose, version, type, recorded_at, found_at, outcome)
SELECT $1, $2, s.event, s.purpose, s.version, s.type, s.recorded_at, now(), s.outcome
FROM unnest($3::uuid[], $4::text[], $5::int[], $6::text[], $7::timestamptz[], $8::text[]) AS s (event, purpose, version, type, recorded_at, outcome)
ON CONFLICT DO NOTHING`;

interface Parts {
  options: SettleOptions;
  catalogue: CatalogueInForce;
  appender: Ledger;
}

const wordOf = ({ type, data }: LostEvent): LostWord => ({ ...data, type });

function byPerson(lost: readonly LostEvent[]): Map<string, LostEvent[]> {
  const people = new Map<string, Map<string, LostEvent>>();
  for (const one of lost) people.set(one.data.person, (people.get(one.data.person) ?? new Map<string, LostEvent>()).set(one.event, one));
  return new Map([...people].map(([person, events]) => [person, [...events.values()].sort((one, other) => one.data.seq - other.data.seq)]));
}

/** What is recorded from now on is later than what was lost, so that systems take it for newer. */
async function raise({ pool, ledger }: SettleOptions, person: string, events: readonly LostEvent[]): Promise<void> {
  const latest = Math.max(...events.map(({ data }) => microsOf(data.recordedAt)));
  if (latest <= nowMicros() + MAY_RUN_AHEAD_US) await pool.query(RAISE, [ledger, person, latest]);
}

/** Writes what the loss asks for; gives it. */
async function write({ options, catalogue, appender }: Parts, person: string, events: readonly LostEvent[]): Promise<LedgerEvent[]> {
  const { actor } = options;
  const words = events.map(wordOf);
  const holder = { person, kind: events[0]?.data.kind ?? 'person' };
  const purposes = [...new Set(words.map(({ purpose }) => purpose))].map((id) => catalogue.purposes.get(id)).filter((one): one is DefinedPurpose => one !== undefined);
  const isErased = words.some(({ erased }) => erased);
  const own = isErased ? [] : await appender.append(personCall({ request: uuidv7(), holder, actor, purposes, decide: (view) => decideLost(words, view.person, streamsOf(view, purposes), { actor, holder: holder.kind, recordedAt: view.recordedAt }) }));
  const whole = words.filter(({ purpose }) => purpose === WHOLE_PERSON);
  const all = [...catalogue.purposes.values()];
  const written = await appender.append(
    personCall({ request: uuidv7(), holder, actor, purposes: all, decide: (view) => decideLostWhole(whole, view.person, streamsOf(view, all).filter(({ purpose, stream }) => purpose.holder === holder.kind || stream.version > 0), view.recordedAt) }),
  );
  const erasure = written.find(({ type, purpose }) => type === 'person-erased' && purpose === WHOLE_PERSON);
  if (erasure) await eraseHeld(options, person, { suppress: erasure.reason === 'erased' });
  return [...own, ...written];
}

async function saidSince({ pool, ledger }: SettleOptions, { data: { person, purpose, recordedAt } }: LostEvent): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND recorded_at > $4 LIMIT 1', [ledger, person, purpose, recordedAt]);
  return rowCount === 1;
}

async function settle(parts: Parts, person: string, events: readonly LostEvent[]): Promise<Settled> {
  const { options } = parts;
  const kind = events[0]?.data.kind ?? 'person';
  if (kind !== 'ledger') await raise(options, person, events);
  const written = kind === 'ledger' ? [] : await write(parts, person, events);
  const settled: Settled = { person, kind, events: [] };
  for (const one of events) {
    const types = [...new Set(written.filter(({ purpose }) => purpose === one.data.purpose).map(({ type }) => type))];
    settled.events.push({ ...one, outcome: types.length > 0 ? types.join(' ') : (await saidSince(options, one)) ? SAID_SINCE : LEFT });
  }
  const column = <V>(of: (one: (typeof settled.events)[number]) => V): V[] => settled.events.map(of);
  await options.pool.query(NOTE, [options.ledger, person, column(({ event }) => event), column(({ data }) => data.purpose), column(({ data }) => data.version), column(({ type }) => type), column(({ data }) => data.recordedAt), column(({ outcome }) => outcome)]);
  return settled;
}

/**
 * Settles what systems were told of and the ledger has lost, person by person: a "no" is said again (reason `operator`), an erasure is carried
 * out again, and what stands is said anew where systems know another word, so that none acts on a yes whose evidence is gone. Each lost
 * event is noted with what was done. Killed anywhere, it goes on when it is run again. What rests on evidence that is lost is not put back.
 */
export async function settleLost(options: SettleOptions): Promise<void> {
  const { pool, ledger, origin, keys } = options;
  const catalogue = await readCatalogue(pool, ledger);
  if (!catalogue) throw new Error('the database holds no catalogue: give the newest one (--catalogue)');
  const appender = new Ledger({ pool, ledger, origin, keys });
  try {
    for (const [person, events] of byPerson(options.lost)) options.settled(await settle({ options, catalogue, appender }, person, events));
  } finally {
    await appender.close();
  }
  await forgetLost(pool, ledger);
}
