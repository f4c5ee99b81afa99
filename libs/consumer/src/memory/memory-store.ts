import { WHOLE_PERSON } from '#contracts';
import type { Changes } from '../fold.js';
import { streamKey, type Known } from '../known.js';
import { common, covers, type Purposes } from '../learnt.js';
import { mergeSpans, type Span } from '../log/spans.js';
import type { Received } from '../received.js';
import type { Positions, Session, Store } from '../store.js';
import { createTable } from '../table.js';

interface Place {
  positions: Positions;
  seen: Span[];
}

/** Takes the waiting writes of a transaction, to be done at its end or not at all. */
type Later = (write: () => void) => void;

function createContents() {
  const table = createTable();
  /** By person, then purpose. */
  const appliedAt = new Map<string, Map<string, Date>>();
  const places = new Map<string, Place>();
  const informed: { purposes: Purposes }[] = [];

  function known(messages: readonly Received[]): Known {
    const found: Known = { streams: new Map(), persons: new Map() };
    for (const { data } of messages) {
      const key = streamKey(data.person, data.purpose);
      const { person, state } = table.held(data.person, data.purpose);
      const times = appliedAt.get(data.person);
      if (person) found.persons.set(data.person, { version: person.version, recorded: person.recorded, erased: person.erased, appliedAt: times?.get(WHOLE_PERSON) });
      if (state) found.streams.set(key, { version: state.version, recorded: state.recorded, appliedAt: times?.get(data.purpose) });
    }
    return found;
  }

  function keep(changes: Changes, now: Date): void {
    table.update(changes);
    for (const person of changes.erased) appliedAt.delete(person);
    for (const { data } of changes.removed.values()) appliedAt.get(data.person)?.delete(data.purpose);
    for (const { data } of [...changes.persons.values(), ...changes.streams.values()]) {
      appliedAt.set(data.person, (appliedAt.get(data.person) ?? new Map<string, Date>()).set(data.purpose, now));
    }
  }

  function hold(message: Received): void {
    const { person, purpose } = message.data;
    if (purpose === WHOLE_PERSON || !table.held(person, purpose).person?.erased) table.hold(message);
  }

  const placeOf = (topic: string): Place => places.get(topic) ?? { positions: new Map(), seen: [] };

  function note(topic: string, positions: Positions, seen: readonly Span[]): void {
    const place = placeOf(topic);
    places.set(topic, { positions: new Map([...place.positions, ...positions]), seen: mergeSpans([...place.seen, ...seen]) });
  }

  return { table, known, keep, hold, placeOf, note, informed };
}

type Contents = ReturnType<typeof createContents>;

const sessionOn = ({ known, keep, hold, note, informed }: Contents, later: Later): Session => ({
  server: async () => undefined,
  known: async (messages) => known(messages),
  keep: async (changes, _standing, now) => later(() => keep(changes, now)),
  hold: async (message) => later(() => hold(message)),
  note: async (topic, positions, seen) => later(() => note(topic, positions, seen)),
  inform: async (purposes) => later(() => void informed.splice(0, 1, { purposes })),
});

/**
 * Keeps the state in this process's memory and nowhere else. For a system that stores nothing under a consent: one that
 * only asks `may` before it acts, such as a gateway. At each start the state is read from Kafka again, and until then
 * the answer is no.
 *
 * Not promised, as there is no transaction to share: that a handler's own writes happen with the state or not at all,
 * that a handler runs only once for an event across restarts, that events which came while the system was away are
 * handled (their state is learnt, with `onState`), or that an erased person is remembered longer than the state topic
 * says so. Several instances would each need a `system` of their own. Whoever stores anything takes `pgStore` or
 * `typeOrmStore`.
 */
export function memoryStore(): Store<undefined> {
  const contents = createContents();
  const { table, placeOf, informed } = contents;
  let last: Promise<unknown> = Promise.resolve();

  async function run<R>(work: (session: Session, transaction: undefined) => Promise<R>): Promise<R> {
    const writes: (() => void)[] = [];
    const result = await work(sessionOn(contents, (write) => void writes.push(write)), undefined);
    for (const write of writes) write();
    return result;
  }

  return {
    prepare: async () => undefined,
    transact: (work) => {
      const turn = last.then(() => run(work));
      last = turn.catch(() => undefined);
      return turn;
    },
    probe: async () => undefined,
    load: async (shelf) => table.give(shelf),
    ask: async (person, purpose) => ({ informed: informed.some((kept) => covers(kept.purposes, [purpose])), now: Date.now(), ...table.held(person, purpose) }),
    holds: async (asked) => asked.map(({ person, purpose }) => table.held(person, purpose)),
    positions: async (topic) => placeOf(topic).positions,
    seen: async (topic) => placeOf(topic).seen,
    learnt: async () => informed[0] && { ...informed[0] },
    narrow: async (purposes) => informed.forEach((kept) => (kept.purposes = common(kept.purposes, purposes))),
    forgetInformed: async () => void informed.splice(0),
    hear: () => () => undefined,
  };
}
