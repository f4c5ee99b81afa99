import { topicsOf, WHOLE_PERSON } from '#contracts';
import { digestOf, type Known, type KnownEvent } from './known.js';
import { readTopic, type Record } from './read-topic.js';

export interface Delivered {
  /** Records on the events topic. */
  records: number;
  /** Of which deliveries of an event that had come before. */
  repeats: number;
}

/** What the check must not take for the ledger's: records that a test put there. */
export interface Foreign {
  isForeign: (record: Record) => boolean;
}

/** First deliveries, stream by stream. */
class Order {
  private readonly versions = new Map<string, number>();
  private readonly seqs = new Map<string, number>();

  next({ person, purpose, version, seq }: KnownEvent): boolean {
    const stream = `${person}:${purpose}`;
    const holds = version === (this.versions.get(stream) ?? 0) + 1 && seq === (this.seqs.get(person) ?? 0) + 1;
    this.versions.set(stream, version);
    this.seqs.set(person, seq);
    return holds;
  }
}

/** Kafka holds the ledger's events and no other, each equal to the byte, first deliveries in order, indices without gap. */
export async function checkEventsTopic(brokers: string, known: Known, { isForeign }: Foreign, problem: (text: string) => void): Promise<Delivered> {
  const seen = new Set<string>();
  const indices = new Set<number>();
  const order = new Order();
  let records = 0;
  await readTopic(brokers, topicsOf().events, (record) => {
    if (isForeign(record)) return;
    records += 1;
    const id = record.headers.ce_id ?? '';
    const event = known.events.get(id);
    if (!event) return problem(`Kafka holds event ${id}, the ledger does not`);
    if (digestOf(record.value ?? '') !== event.digest) problem(`event ${id} on Kafka is not what the ledger's bytes say`);
    if (record.key !== event.person) problem(`event ${id} lies under another key`);
    indices.add(Number(record.headers.ce_logindex));
    if (seen.has(id)) return;
    seen.add(id);
    if (!order.next(event)) problem(`event ${id} (${event.purpose} ${event.version}, seq ${event.seq}) was delivered out of order`);
  });
  for (const id of known.events.keys()) if (!seen.has(id)) problem(`event ${id} never came to Kafka`);
  if (indices.size !== known.events.size) problem(`${indices.size} log indices on Kafka for ${known.events.size} events`);
  return { records, repeats: records - seen.size };
}

const isMarker = (value: Buffer | null | undefined): boolean => value != null && (JSON.parse(value.toString('utf8')) as { erased?: boolean; status?: string }).erased === true;

function wrongState(key: string, event: KnownEvent, value: Buffer | null | undefined, erased: boolean): string | undefined {
  if (!erased) return value != null && digestOf(value) === event.digest ? undefined : `the state of ${key} is not the ledger's`;
  if (event.purpose === WHOLE_PERSON) return isMarker(value) ? undefined : `the erased person of ${key} has no marker`;
  return value == null ? undefined : `the state of ${key}, an erased person's, still stands`;
}

/** The last record of every stream is the ledger's state; of erased people stays the marker alone. */
export async function checkStateTopic(brokers: string, known: Known, { isForeign }: Foreign, problem: (text: string) => void): Promise<number> {
  const last = new Map<string, Buffer | null>();
  await readTopic(brokers, topicsOf().state, (record) => {
    if (!isForeign(record)) last.set(record.key, record.value);
  });
  for (const [key, event] of known.last) {
    const wrong = wrongState(key, event, last.get(key), known.erased.has(event.person));
    if (wrong) problem(wrong);
  }
  for (const key of last.keys()) if (!known.last.has(key)) problem(`the state topic holds ${key}, the ledger does not`);
  return last.size;
}
