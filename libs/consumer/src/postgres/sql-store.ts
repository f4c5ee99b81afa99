import type { Session, Store } from '../store.js';
import { ask, askMany } from './ask.js';
import { holdParked } from './hold.js';
import { forgetInformed, loadLearnt, narrowInformed, saveInformed } from './informed.js';
import { storeChanges } from './keep.js';
import { loadKnown } from './known.js';
import { migrate } from './migrate.js';
import { loadPositions, loadSeen, note } from './positions.js';
import type { Queries } from './queries.js';
import { loadAll } from './rows.js';
import { loadServer } from './server.js';

/** A way to reach one PostgreSQL database. */
export interface Database<T> extends Queries {
  /** One transaction on one connection: `queries` and `transaction` are two views of it. */
  transact<R>(work: (queries: Queries, transaction: T) => Promise<R>): Promise<R>;
  hear: Store<T>['hear'];
}

const sessionOn = (queries: Queries): Session => ({
  server: () => loadServer(queries),
  known: (messages) => loadKnown(queries, messages),
  keep: (changes, standing, now) => storeChanges(queries, changes, standing, now),
  hold: (message, now) => holdParked(queries, message, now),
  note: (topic, positions, seen) => note(queries, topic, positions, seen),
  inform: (purposes, now) => saveInformed(queries, purposes, now),
});

/** The store on PostgreSQL 14 or newer, in the schema `samtycke_consumer`. */
export const sqlStore = <T>(database: Database<T>): Store<T> => ({
  prepare: () => database.transact((queries) => migrate(queries)),
  transact: (work) => database.transact((queries, transaction) => work(sessionOn(queries), transaction)),
  probe: async () => void (await database.query("UPDATE samtycke_consumer.meta SET value = value WHERE key = 'writable'")),
  load: (shelf) => loadAll(database, shelf),
  ask: (person, purpose) => ask(database, person, purpose),
  holds: (asked) => askMany(database, asked),
  positions: (topic) => loadPositions(database, topic),
  seen: (topic) => loadSeen(database, topic),
  learnt: () => loadLearnt(database),
  narrow: (purposes) => narrowInformed(database, purposes),
  forgetInformed: () => forgetInformed(database),
  hear: (listener) => database.hear(listener),
});
