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

/** First deliveries, stream by stream and person by person. */
class Order {
  private readonly versions = new Map<string, number>();
  private readonly seqs = new Map<string, number>();

  /** What is wrong with this one, after those that came before it. */
  next({ person, purpose, version, seq }: KnownEvent): string | undefined {
    const stream = `${person}:${purpose}`;
    const [before, last] = [this.versions.get(stream) ?? 0, this.seqs.get(person) ?? 0];
    this.versions.set(stream, Math.max(before, version));
    this.seqs.set(person, Math.max(last, seq));
    if (version !== before + 1) return `version ${version} of ${purpose} of person ${person} was delivered where version ${before + 1} was to come`;
    return seq === last + 1 ? undefined : `event ${seq} of person ${person} was delivered where the person’s event ${last + 1} was to come`;
  }
}

/** Where the records of each key lie: order holds in one partition alone. */
class Homes {
  private readonly partitions = new Map<string, number>();

  constructor(private readonly topic: string) {}

  /** What is wrong with a record's partition. */
  take({ key, partition, offset }: Record): string | undefined {
    const home = this.partitions.get(key) ?? partition;
    this.partitions.set(key, home);
    return home === partition ? undefined : `records of ${key} lie in partition ${home} and in another one (${placeOf(this.topic, { partition, offset })})`;
  }
}

const placeOf = (topic: string, { partition, offset }: Pick<Record, 'partition' | 'offset'>): string => `${topic}, partition ${partition}, offset ${offset}`;

/** What a delivery of an event says otherwise than the ledger. */
function unlikeLedger({ value, key, headers }: Record, event: KnownEvent): string[] {
  const index = Number(headers.ce_logindex);
  return [
    digestOf(value ?? '') !== event.digest && 'is not what the ledger’s bytes say',
    key !== event.person && `lies under the key ${key}, and is of person ${event.person}`,
    index !== event.index && `says index ${index} of the log, ${event.index === undefined ? 'where the log does not have it' : `the log has it at ${event.index}`}`,
  ].filter((wrong) => wrong !== false);
}

/** Kafka holds the ledger's events and no other, each equal to the byte and at its index of the log, first deliveries in order. */
export async function checkEventsTopic(brokers: string, known: Known, { isForeign }: Foreign, problem: (text: string) => void): Promise<Delivered> {
  const topic = topicsOf().events;
  const seen = new Set<string>();
  const order = new Order();
  const homes = new Homes(topic);
  let records = 0;
  await readTopic(brokers, topic, (record) => {
    if (isForeign(record)) return;
    records += 1;
    const id = record.headers.ce_id ?? '';
    const event = known.events.get(id);
    if (!event) return problem(`Kafka holds event ${id}, the ledger does not (${placeOf(topic, record)})`);
    for (const wrong of unlikeLedger(record, event)) problem(`event ${id} on Kafka ${wrong} (${placeOf(topic, record)})`);
    const astray = homes.take(record);
    if (astray) problem(astray);
    if (seen.has(id)) return;
    seen.add(id);
    const wrong = order.next(event);
    if (wrong) problem(`event ${id} came out of order: ${wrong} (${placeOf(topic, record)})`);
  });
  for (const [id, { person, purpose, version }] of known.events) if (!seen.has(id)) problem(`event ${id} never came to Kafka: version ${version} of ${purpose} of person ${person}`);
  return { records, repeats: records - seen.size };
}

interface StateValue {
  version?: number;
  erased?: boolean;
}

function stateOf(value: Buffer | null | undefined): StateValue | undefined {
  try {
    return value ? (JSON.parse(value.toString('utf8')) as StateValue) : undefined;
  } catch {
    return undefined;
  }
}

function wrongOfErased(key: string, { purpose }: KnownEvent, value: Buffer | null | undefined): string | undefined {
  if (purpose === WHOLE_PERSON) return stateOf(value)?.erased === true ? undefined : `the erased person of ${key} has no marker on the state topic`;
  return value == null ? undefined : `the state of ${key}, an erased person's, still stands on the state topic`;
}

function wrongState(key: string, event: KnownEvent, value: Buffer | null | undefined): string | undefined {
  if (value == null) return `the state topic holds nothing of ${key}, the ledger version ${event.version}`;
  const version = stateOf(value)?.version;
  return digestOf(value) === event.digest ? undefined : `the state topic ends with version ${version ?? '(unreadable)'} of ${key}, which is not the ledger's version ${event.version}`;
}

/** The last record of every stream is the ledger's state; of erased people stays the marker alone. */
export async function checkStateTopic(brokers: string, known: Known, { isForeign }: Foreign, problem: (text: string) => void): Promise<number> {
  const topic = topicsOf().state;
  const last = new Map<string, Buffer | null>();
  const homes = new Homes(topic);
  await readTopic(brokers, topic, (record) => {
    if (isForeign(record)) return;
    const astray = homes.take(record);
    if (astray) problem(astray);
    last.set(record.key, record.value);
  });
  for (const [key, event] of known.last) {
    const wrong = (known.erased.has(event.person) ? wrongOfErased : wrongState)(key, event, last.get(key));
    if (wrong) problem(wrong);
  }
  for (const key of last.keys()) if (!known.last.has(key)) problem(`the state topic holds ${key}, the ledger does not`);
  return last.size;
}
