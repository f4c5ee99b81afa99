import type { Pool } from 'pg';
import { headerOf, ORIGIN, readStretches, type RawMessage } from '#consumer';
import type { Cluster } from '../kafka/cluster.js';

/** One dead letter: what a system could not apply. What the message says lies on the topic alone: letters of 90 days can be many, and a value 900 kB. */
export interface Letter {
  /** Its offset on the dead topic: what `retry` is told. */
  number: string;
  system: string;
  reason: string;
  detail: string;
  /** Absent where the message did not even say which event it is. */
  event?: string;
  person?: string;
  topic: string;
  partition: number;
  offset: string;
  /** Where it first lay: what was put back keeps it. */
  origin: string;
  at: string;
  /** How often this system has parked it. */
  times: number;
  /** Of its value. */
  bytes: number;
}

export interface Filter {
  system?: string;
  reason?: string;
  event?: string;
  since?: string;
}

/** What is the same of a letter and all that were parked before it. */
const isAbout = ({ system, event }: Filter, letter: Letter): boolean => (system === undefined || letter.system === system) && (event === undefined || letter.event === event);

/** What is asked of the newest alone: of one parked again for another reason, an older reason is over. */
const matches = ({ reason, since }: Filter, letter: Letter): boolean => (reason === undefined || letter.reason === reason) && (since === undefined || letter.at >= since);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const uuidIn = (text: string | undefined): string | undefined => (text !== undefined && UUID.test(text) ? text : undefined);

function letterOf(raw: RawMessage): Letter {
  const told = (name: string): string => headerOf(raw, `dead_${name}`) ?? '';
  return {
    number: raw.offset,
    system: told('system'),
    reason: told('reason'),
    detail: told('detail'),
    event: uuidIn(headerOf(raw, 'ce_id')),
    person: uuidIn(raw.key?.toString().split(':')[0]),
    topic: told('topic'),
    partition: Number(told('partition')),
    offset: told('offset'),
    origin: headerOf(raw, ORIGIN) ?? `${told('topic')} ${told('partition')} ${told('offset')}`,
    at: told('at'),
    times: 1,
    bytes: raw.value?.length ?? 0,
  };
}

/** What a letter is about: parked again after a retry, it is still the same. */
const aboutOf = ({ system, event, origin }: Letter): string => `${system} ${event ?? origin}`;

/** The letters that Kafka still has and a filter names, the newest of each system and event. */
export async function readLetters({ kafka, topics, group }: Cluster, filter: Filter = {}): Promise<Letter[]> {
  const admin = kafka.admin();
  await admin.connect();
  const extents = await admin.fetchTopicOffsets(topics.dead).finally(() => admin.disconnect());
  const newest = new Map<string, Letter>();
  const take = (raw: RawMessage): void => {
    const letter = letterOf(raw);
    if (!isAbout(filter, letter)) return;
    const before = newest.get(aboutOf(letter));
    newest.delete(aboutOf(letter));
    newest.set(aboutOf(letter), { ...letter, times: (before?.times ?? 0) + 1 });
  };
  const stretches = extents.map(({ partition, low, high }) => ({ partition, from: low, to: high }));
  await readStretches({ kafka, topic: topics.dead, group, stretches, take });
  return [...newest.values()].filter((letter) => matches(filter, letter));
}

const DONE = "SELECT event, system FROM acknowledgements WHERE ledger = $1 AND person = ANY ($2::uuid[]) AND event = ANY ($3::uuid[]) AND outcome <> 'parked'";

/** Those that their system has not acted on since, as far as the ledger has heard. */
export async function stillParked(pool: Pool, ledger: number, letters: readonly Letter[]): Promise<Letter[]> {
  const known = letters.filter(({ event, person }) => event !== undefined && person !== undefined);
  const { rows } = await pool.query<{ event: string; system: string }>(DONE, [ledger, known.map(({ person }) => person), known.map(({ event }) => event)]);
  const done = new Set(rows.map(({ event, system }) => `${system} ${event}`));
  return letters.filter(({ event, system }) => !done.has(`${system} ${event}`));
}
