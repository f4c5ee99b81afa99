import { decideLost, decideLostWhole, sayWholeAnew, takesBack, type LostWord } from '#consent';
import { WHOLE_PERSON, type Actor, type HolderKind, type LedgerEvent, type MessageData } from '#contracts';
import { eraseHeld, homeOf, Ledger, microsOf, nowMicros, personCall, readCatalogue, Reader, streamsOf, uuidv7, type CatalogueInForce, type DefinedPurpose, type Entry, type EraserOptions, type View } from '#ledger';
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
  /** From which log index on they were looked for: a note of what lies before it stays. */
  floor: number;
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
  reader: Reader;
}

const wordOf = ({ type, data }: LostEvent): LostWord => ({ ...data, type });

function byPerson(lost: readonly LostEvent[]): Map<string, LostEvent[]> {
  const people = new Map<string, Map<string, LostEvent>>();
  for (const one of lost) people.set(one.data.person, (people.get(one.data.person) ?? new Map<string, LostEvent>()).set(one.event, one));
  return new Map([...people].map(([person, events]) => [person, [...events.values()].sort((one, other) => one.data.seq - other.data.seq)]));
}

/** What is recorded from now on is later than what was lost, so that systems take it for newer. */
async function raise({ pool, ledger }: SettleOptions, person: string, events: readonly LostEvent[]): Promise<void> {
  const most = nowMicros() + MAY_RUN_AHEAD_US;
  const times = events.map(({ data }) => microsOf(data.recordedAt)).filter((time) => time <= most);
  if (times.length > 0) await pool.query(RAISE, [ledger, person, Math.max(...times)]);
}

const SINCE = `SELECT DISTINCT type FROM events WHERE ledger = $1 AND person = $2 AND purpose = '${WHOLE_PERSON}' AND recorded_at > $3`;

/** What was recorded of the whole person since the first of these words: it may have ended what they began. */
async function saidOfWholeSince({ pool, ledger }: SettleOptions, person: string, words: readonly LostWord[]): Promise<Set<LostWord['type']>> {
  const { rows } = await pool.query<{ type: LostWord['type'] }>(SINCE, [ledger, person, words[0]?.recordedAt]);
  return new Set(rows.map(({ type }) => type));
}

/** At most as many facts hold over a person at once: restricted, suppressed, channels, paused. */
const MOST_FACTS = 4;

/** Carries out again what was said of a whole person, or says what holds of him anew: before anything of his purposes is. */
async function writeWhole({ options, catalogue, appender }: Parts, holder: Settling['holder'], words: readonly LostWord[]): Promise<LedgerEvent[]> {
  if (words.length === 0) return [];
  const purposes = [...catalogue.purposes.values()];
  const append = (decide: (view: View) => Entry[]): Promise<LedgerEvent[]> => appender.append(personCall({ request: uuidv7(), holder, actor: options.actor, purposes, decide }));
  const streams = (view: View) => streamsOf(view, purposes).filter(({ purpose, stream }) => purpose.holder === holder.kind || stream.version > 0);
  const since = await saidOfWholeSince(options, holder.person, words);
  const written: LedgerEvent[] = [];
  for (let fact = 0; fact < MOST_FACTS; fact += 1) {
    const events = await append((view) => decideLostWhole(words, view.person, streams(view), { now: view.recordedAt, since }));
    if (events.length === 0) break;
    written.push(...events);
  }
  return written.length > 0 ? written : append((view) => sayWholeAnew(view.person, view.recordedAt));
}

interface Settling {
  /** Whose events are lost. */
  holder: { person: string; kind: HolderKind };
  /** In whom he goes on. */
  home: string;
}

/** Writes what the loss asks for; gives it. What was erased is removed. Of somebody who goes on in another one since, what he took back is taken back there. */
async function write(parts: Parts, { holder, home }: Settling, events: readonly LostEvent[]): Promise<LedgerEvent[]> {
  const { options, catalogue, appender } = parts;
  const { actor } = options;
  const isMerged = home !== holder.person;
  const words = events.map(wordOf).filter((word) => !isMerged || takesBack(word));
  const at = { ...holder, person: home };
  const written = await writeWhole(parts, at, words.filter(({ purpose }) => purpose === WHOLE_PERSON));
  const erasure = written.find(({ type, purpose }) => type === 'person-erased' && purpose === WHOLE_PERSON);
  if (erasure) await eraseHeld(options, home, { suppress: erasure.reason === 'erased' });
  const purposes = [...new Set(words.map(({ purpose }) => purpose))].map((id) => catalogue.purposes.get(id)).filter((one): one is DefinedPurpose => one !== undefined);
  const own = await appender.append(personCall({ request: uuidv7(), holder: at, actor, purposes, decide: (view) => decideLost(words, view.person, streamsOf(view, purposes), { actor, holder: holder.kind, recordedAt: view.recordedAt }) }));
  return [...written, ...own];
}

async function saidSince({ pool, ledger }: SettleOptions, { data: { person, purpose, recordedAt } }: LostEvent): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND recorded_at > $4 LIMIT 1', [ledger, person, purpose, recordedAt]);
  return rowCount === 1;
}

/** What was written of the stream since, and is newer to every system. */
async function outcomeOf({ options }: Parts, one: LostEvent, written: readonly LedgerEvent[], isMerged: boolean): Promise<string> {
  const { purpose, recordedAt } = one.data;
  const newer = written.filter((event) => event.purpose === purpose && event.recordedAt > recordedAt);
  const types = [...new Set(newer.map(({ type }) => type))];
  if (types.length > 0) return types.join(' ');
  return !isMerged && (await saidSince(options, one)) ? SAID_SINCE : LEFT;
}

/** Of a purpose that the catalogue here does not know nothing can be said: it stays to be settled. */
const isStrange = ({ catalogue }: Parts, { purpose }: SentEvent): boolean => !purpose.startsWith('~') && !catalogue.purposes.has(purpose);

async function settle(parts: Parts, person: string, events: readonly LostEvent[]): Promise<Settled> {
  const { options } = parts;
  const kind = events[0]?.data.kind ?? 'person';
  const home = await homeOf(parts.reader, person);
  if (kind !== 'ledger') await raise(options, home, events);
  const written = kind === 'ledger' ? [] : await write(parts, { holder: { person, kind }, home }, events);
  const settled: Settled = { person, kind, events: [] };
  for (const one of events) settled.events.push({ ...one, outcome: await outcomeOf(parts, one, written, home !== person) });
  const noted = settled.events.filter((one) => !isStrange(parts, one));
  const column = <V>(of: (one: (typeof noted)[number]) => V): V[] => noted.map(of);
  await options.pool.query(NOTE, [options.ledger, person, column(({ event }) => event), column(({ data }) => data.purpose), column(({ data }) => data.version), column(({ type }) => type), column(({ data }) => data.recordedAt), column(({ outcome }) => outcome)]);
  return settled;
}

/**
 * Settles what systems were told of and the ledger has lost, person by person: a "no" is said again (reason `operator`), an erasure is carried
 * out again, and what stands is said anew where systems know another word, so that none acts on a yes whose evidence is gone. Each lost
 * event is noted with what was done. Throws, at the end, where the catalogue does not know a purpose of them: that stays to be settled. Killed anywhere, it goes on when it is run again. What rests on evidence that is lost is not put back.
 */
export async function settleLost(options: SettleOptions): Promise<void> {
  const { pool, ledger, origin, keys } = options;
  const catalogue = await readCatalogue(pool, ledger);
  if (!catalogue) throw new Error('the database holds no catalogue: give the newest one (--catalogue)');
  const appender = new Ledger({ pool, ledger, origin, keys });
  const parts = { options, catalogue, appender, reader: new Reader(pool, ledger) };
  try {
    for (const [person, events] of byPerson(options.lost)) options.settled(await settle(parts, person, events));
  } finally {
    await appender.close();
  }
  const strange = new Set(options.lost.filter((one) => isStrange(parts, one)).map(({ purpose }) => purpose));
  if (strange.size > 0) throw new Error(`systems were told of changes on ${[...strange].join(', ')}, which the catalogue here does not know: load the newest one (\`samtycke catalogue load\`, or --catalogue while the database is behind the log), and run this again`);
  await forgetLost(pool, ledger, options.floor);
}
