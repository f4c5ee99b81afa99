import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer, type EachBatchPayload, type KafkaMessage } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { wayInto, type KafkaAccess } from '#consumer';
import { LEDGER_PURPOSE, topicsOf, WHOLE_PERSON, type MessageData } from '#contracts';
import { noteLost, noteStatePlaces, readSent, readStatePlaces, unknownOf, type Sent, type SentEvent, type StreamKey, type Term } from '#outbox';
import { isGone, type Mends } from './mends.js';
import { TERM } from './messages.js';

/** A record is looked at once nothing newer has come of its stream for as long. */
const SETTLED_MS = 1_000;
const LOOK_MS = 500;
const AGAIN_MS = 3_000;
/** Records looked at in one query. */
const PAGE = 500;
/** As many may wait to be looked at; beyond it they are looked at unsettled, and the worst is a repeat. */
const MOST_WAITING = 20_000;
/** For so long of twice the time what waits to be sent goes before the look at what was sent. */
const GIVES_WAY_MS = 30_000;
const KEY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(~?[a-z][a-z0-9-]*)$/;

export interface WatchStateOptions extends KafkaAccess {
  pool: Pool;
  ledger: number;
  prefix: string;
  log: Logger;
  mends: Mends;
  /** Everything below this index was sent in this term or before; undefined until that is known. */
  sent: () => number | undefined;
  /** Whether what this term has sent lies as it was sent: true by default. */
  inOrder?: () => boolean;
  /** A backlog is being sent. */
  busy: () => boolean;
  /** Milliseconds out of twice as many; 30,000 by default. */
  givesWayMs?: number;
}

/** A record that another leader, or somebody else, put on the topic. */
interface Foreign extends StreamKey {
  partition: number;
  index: number;
  tombstone: boolean;
  /** The event that it says it comes from; absent on a tombstone. */
  from?: SentEvent;
  /** It lets something be done, or lifts what kept it from being. */
  gives: boolean;
  readAt: number;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function fromOf(person: string, purpose: string, headers: KafkaMessage['headers']): SentEvent | undefined {
  const [event, sequence] = [String(headers?.ce_id), String(headers?.ce_sequence)];
  const version = Number(sequence);
  return UUID.test(event) && /^\d{1,10}$/.test(sequence) && version < 2 ** 31 ? { person, purpose, event, version } : undefined;
}

function doesGive(purpose: string, value: Buffer | null): boolean {
  if (value === null) return false;
  try {
    const { allowed, restricted, suppressed, erased, mergedInto } = JSON.parse(String(value)) as Partial<MessageData>;
    return purpose === WHOLE_PERSON ? !(restricted || suppressed || erased || mergedInto !== undefined) : allowed === true;
  } catch {
    return true;
  }
}

/**
 * What comes from an event that this term has yet to send is followed by it; what comes from one that the ledger does not hold, since it lost it, is not. Of
 * these a "no" stays, until the ledger has a newer word: to put a yes back over it is for nobody.
 */
const isWrong = (record: Foreign, sent: Sent, before: number, isLost: boolean): boolean => {
  if (isLost) return record.gives;
  if (record.index >= before) return false;
  if (!sent.last) return false;
  const gone = isGone(sent, record.purpose);
  if (gone || record.tombstone) return gone !== record.tombstone;
  return record.index < sent.last.index;
};

/**
 * Reads the state topic that the relay itself writes, and has every record sent again that is older than what the ledger has
 * sent, stands for a person who was erased, comes from an event that the ledger does not hold and is no "no", or is a tombstone of one who was not: what a leader leaves that slept over the end
 * of its term, or a server that was lost. Records of the own term are right by construction and cost no query, until a send fails (`inOrder`). How far was looked is noted in the ledger's
 * database, behind the lease's fencing number: what came while nobody led is looked at by the next leader, and so is what one
 * that slept has sent too late, which it takes for right itself. Each reading has a group of its own, so that none waits for one
 * that sleeps; nothing is committed there, and Kafka forgets it.
 * Not promised: that nobody reads a wrong record before; systems are safe by the version.
 */
export class StateWatch {
  private readonly foreign = new Map<string, Foreign>();
  private readonly readTo = new Map<number, number>();
  private readonly topic: string;
  /** The time in which it gives way for a half at most, and how long it has. */
  private span = { from: -Infinity, gaveWayMs: 0 };

  constructor(private readonly options: WatchStateOptions) {
    this.topic = topicsOf(options.prefix).state;
  }

  async run(term: Term): Promise<void> {
    const { log, prefix, ledger, sent } = this.options;
    while (sent() === undefined && !term.signal.aborted) await sleep(LOOK_MS, undefined, { signal: term.signal }).catch(() => undefined);
    const kafka = new Kafka({ clientId: 'samtycke-relay-state', ...wayInto(this.options), logLevel: logLevel.NOTHING, connectionTimeout: 3_000, requestTimeout: 15_000 });
    for (let failing = false; !term.signal.aborted; ) {
      const consumer = kafka.consumer({ groupId: `${prefix}samtycke-relay-state-${ledger}-${randomUUID()}`, sessionTimeout: 10_000, minBytes: 64 * 1024, maxWaitTimeInMs: 500, allowAutoTopicCreation: false, retry: { retries: 0 } });
      try {
        await this.follow(consumer, term, () => (failing = false));
      } catch (error) {
        if (!failing) log.warn({ reason: (error as Error).message }, 'cannot read the state topic; trying again');
        failing = true;
        await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
      } finally {
        await consumer.disconnect().catch(() => undefined);
      }
    }
  }

  private async follow(consumer: Consumer, term: Term, wentWell: () => void): Promise<void> {
    this.foreign.clear();
    this.readTo.clear();
    const over = new AbortController();
    const signal = AbortSignal.any([term.signal, over.signal]);
    let crash: Error | undefined;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      crash = payload.error;
      over.abort();
    });
    const places = await readStatePlaces(this.options.pool, this.options.ledger);
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [partition, place] of places) consumer.seek({ topic: this.topic, partition, offset: String(place) });
    });
    await consumer.connect();
    await consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.take(payload, term, signal) });
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      await this.look(signal, performance.now() - SETTLED_MS, term);
      wentWell();
    }
    if (crash) throw crash;
  }

  /** In a backlog almost all of the topic is what this term itself has just written: to read it again would slow the sending. */
  private givesWay(): boolean {
    const { busy, givesWayMs = GIVES_WAY_MS } = this.options;
    if (!busy()) return false;
    const now = performance.now();
    if (now - this.span.from > 2 * givesWayMs) this.span = { from: now, gaveWayMs: 0 };
    return this.span.gaveWayMs < givesWayMs;
  }

  private async take({ batch, heartbeat, resolveOffset }: EachBatchPayload, term: Term, signal: AbortSignal): Promise<void> {
    while (this.givesWay() && !signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      this.span.gaveWayMs += LOOK_MS;
      await heartbeat();
    }
    for (const message of batch.messages) this.note(batch.partition, message, term);
    this.readTo.set(batch.partition, Number(batch.lastOffset()) + 1);
    resolveOffset(batch.lastOffset());
    while (this.foreign.size > MOST_WAITING && !signal.aborted) {
      await this.check([...this.foreign.entries()].slice(0, MOST_WAITING / 2), signal, term);
      await heartbeat();
    }
  }

  private isOwnInOrder(): boolean {
    return this.options.inOrder?.() ?? true;
  }

  private note(partition: number, { key, value, headers }: KafkaMessage, term: Term): void {
    const text = String(key);
    this.foreign.delete(text);
    if (String(headers?.[TERM]) === term.fencing && this.isOwnInOrder()) return;
    const [, person, purpose] = KEY.exec(text) ?? [];
    if (person === undefined || purpose === undefined || purpose === LEDGER_PURPOSE) return;
    const told = { from: fromOf(person, purpose, headers), gives: doesGive(purpose, value) };
    this.foreign.set(text, { person, purpose, partition, index: Number(headers?.ce_logindex ?? -1), tombstone: value === null, ...told, readAt: performance.now() });
  }

  /** Looks at what has settled, then notes how far was looked: not past what still waits. */
  private async look(signal: AbortSignal, before: number, term: Term): Promise<void> {
    const readTo = new Map(this.readTo);
    await this.check([...this.foreign.entries()].filter(([, { readAt }]) => readAt <= before), signal, term);
    if (signal.aborted || !term.leads()) return;
    for (const { partition } of this.foreign.values()) readTo.delete(partition);
    if (readTo.size === 0) return;
    await noteStatePlaces(this.options.pool, this.options.ledger, readTo, term);
    for (const [partition, place] of readTo) if (this.readTo.get(partition) === place) this.readTo.delete(partition);
  }

  private async check(entries: [string, Foreign][], signal: AbortSignal, { fencing }: Term): Promise<void> {
    const { pool, ledger, sent, mends, log } = this.options;
    for (let at = 0; at < entries.length && !signal.aborted; at += PAGE) {
      const page = entries.slice(at, at + PAGE);
      const before = sent() ?? 0;
      const found = await readSent(pool, ledger, page.map(([, record]) => record), before);
      const lost = new Set(await unknownOf(pool, ledger, page.flatMap(([, { from }]) => from ?? []), { alsoSettled: true }));
      const wrong = page.map(([, record]) => record).filter((record, place) => isWrong(record, found[place] ?? {}, before, record.from !== undefined && lost.has(record.from)));
      if (wrong.length > 0) log.warn({ count: wrong.length, term: fencing, person: wrong[0]?.person, purpose: wrong[0]?.purpose }, 'state records were not the ledger’s; sent again');
      await this.tellLost(page.flatMap(([, record]) => (record.from && lost.has(record.from) ? record : [])));
      await mends.ask(wrong, signal);
      for (const [key, record] of page) if (this.foreign.get(key) === record) this.foreign.delete(key);
    }
  }

  /** What came late, from who slept or was held up, no look at the beginning of a term has seen: `samtycke recover` is to look from there on. */
  private async tellLost(records: readonly Foreign[]): Promise<void> {
    const { pool, ledger, log } = this.options;
    const unsettled = new Set(await unknownOf(pool, ledger, records.flatMap(({ from }) => from ?? [])));
    const indices = records.flatMap(({ from, index }) => (from && unsettled.has(from) && index >= 0 ? index : []));
    if (indices.length === 0) return;
    await noteLost(pool, ledger, Math.min(...indices));
    log.error({ atLeast: indices.length, person: records[0]?.person, purpose: records[0]?.purpose }, 'the state topic tells of events that the ledger does not hold: the database lost what was committed last. `samtycke recover` lists and settles them');
  }
}
