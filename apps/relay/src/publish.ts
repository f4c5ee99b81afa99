import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { wayInto, type KafkaAccess } from '#consumer';
import { WHOLE_PERSON } from '#contracts';
import { batchesOf, Bell, Cursor, readSent, type RecentLeaves, type StreamKey, type Term } from '#outbox';
import { KeptTopics } from './kept-topics.js';
import { isFull, LogPages } from './log-pages.js';
import { rightRecord, type Mends } from './mends.js';
import { absence, messagesOf } from './messages.js';
import { purposesOfErased } from './purposes-of-erased.js';
import { lookForLost } from './look-for-lost.js';
import { demandAll, READY, readyRecord, together, type ReadyRecord } from './records.js';
import { Refills } from './refills.js';

const POLL_MS = 500;
/** The cursor is noted at most this often; after a crash what was sent since comes again. */
const NOTE_MS = 100;
/** A rest is as long as the page before it took, and no longer than this. */
const REST_MS = 20;
/** A page that takes longer says that Kafka is slow or away. */
const WELL_MS = 500;
const BACK_OFF_MS = [100, 200, 400, 800, 1_600, 3_000];

/** TCP gives up what is not acknowledged after a quarter of an hour (RFC 1122, 4.2.3.5: at least 100 s; Linux by default: 924 s). */
const HELD_UP_MS = 1_800_000;

export interface PublishOptions extends KafkaAccess {
  pool: Pool;
  ledger: number;
  prefix: string;
  /** What the ledger is called in its messages. */
  origin: string;
  /** From which log index on it is looked whether what was sent before is lost (`beginLook`). */
  floor: number;
  createTopics: boolean;
  replicas: number;
  log: Logger;
  /** Rung when new indices stand. */
  bell: Bell;
  /** What this leader has just given indices to; the rest is read. */
  recent: RecentLeaves;
  /** State records that are to be sent again. */
  mends: Mends;
}

interface Following {
  term: Term;
  cursor: Cursor;
  producer: Producer;
  admin: Admin;
}

/**
 * Sends what the log holds, by index: the state records of a page, then its events, each acknowledged by all in-sync
 * replicas before the cursor moves. One batch is in flight at a time; after any error a new producer starts from the
 * cursor, so a message can come twice and never be missing or out of order.
 */
export class Publisher {
  private readonly kafka: Kafka;
  private readonly topics: KeptTopics;
  private next = 0;
  private isKnown = false;
  private failedAt = -Infinity;
  private sentAt = -Infinity;
  /** Whether the look at what was sent before has begun: when this leader could send first. */
  private looks = false;
  /** Rung whenever something was sent. */
  readonly moved = new Bell();
  constructor(private readonly options: PublishOptions) {
    const retry = { retries: 0, initialRetryTime: 50, maxRetryTime: 200 };
    this.kafka = new Kafka({ clientId: 'samtycke-relay', ...wayInto(options), logLevel: logLevel.NOTHING, connectionTimeout: 3_000, requestTimeout: 15_000, retry });
    this.topics = new KeptTopics(options);
  }

  /** Everything below this index was sent; undefined until it is read where the leader before stopped. */
  get sent(): number | undefined {
    return this.isKnown ? this.next : undefined;
  }

  /**
   * Whether what was sent in this term lies as it was sent. What is left of a send that failed may be held up on its connection, and
   * arrive behind all that was sent meanwhile: of the state it would be the newest word. No connection lasts as long as half an hour over that.
   */
  get inOrder(): boolean {
    return performance.now() - this.failedAt > HELD_UP_MS;
  }

  /** How many of the events below `end` wait to be sent, while sending goes well; 0 while it does not: nobody is to wait for Kafka. */
  backlog(end: number): number {
    return performance.now() - this.sentAt < WELL_MS ? Math.max(0, end - this.next) : 0;
  }

  /** Publishes until the term ends; Kafka may be away for as long as it likes. */
  async run(term: Term): Promise<void> {
    const cursor = new Cursor(this.options.pool, this.options.ledger, 'publisher', { role: 'relay', fencing: term.fencing, server: term.server });
    for (let failures = 0; !term.signal.aborted; ) {
      try {
        this.next = await cursor.read();
        this.isKnown = true;
        await this.withProducer(async (producer, admin) => {
          await this.lookBack(admin, term);
          await this.follow({ term, cursor, producer, admin }, () => (failures = 0));
        });
      } catch (error) {
        if (failures === 0) this.options.log.warn({ reason: (error as Error).message }, 'cannot publish; changes wait in the log');
        const pause = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)];
        failures += 1;
        await sleep(pause, undefined, { signal: term.signal }).catch(() => undefined);
      }
    }
  }

  private async lookBack(admin: Admin, term: Term): Promise<void> {
    const { kafka, options } = this;
    if (this.looks) return;
    const topic = this.topics.names.events;
    const extents = await admin.fetchTopicOffsets(topic);
    this.looks = true;
    void lookForLost({ ...options, kafka, topic }, extents, term.signal);
  }

  private async withProducer(work: (producer: Producer, admin: Admin) => Promise<void>): Promise<void> {
    const admin = this.kafka.admin();
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, idempotent: false });
    try {
      await admin.connect();
      await this.topics.ensure(admin, this.next);
      await producer.connect();
      await work(producer, admin);
    } finally {
      await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
    }
  }

  private async follow({ term, cursor, producer, admin }: Following, wentWell: () => void): Promise<void> {
    const { pool, ledger, bell, log, recent } = this.options;
    let noted = { next: this.next, at: performance.now() };
    const note = async (): Promise<void> => {
      if (noted.next < this.next) await cursor.move(this.next);
      noted = { next: this.next, at: performance.now() };
    };
    const refills = new Refills({ ...this.options, note }, (topic, records) => this.send(producer, topic, records));
    const pages = new LogPages({ pool, ledger, recent });
    log.info({ next: this.next }, 'publishing');
    while (!term.signal.aborted) {
      const started = performance.now();
      if (started - noted.at >= NOTE_MS) await note();
      const isLevel = (await refills.fill(this.next, term, await this.topics.look(admin, this.next))) && (await this.options.mends.settle((keys) => this.mend(producer, keys, term)));
      if (!isLevel) return;
      const leaves = await pages.from(this.next);
      if (leaves.length === 0) {
        await bell.wait(noted.next < this.next ? NOTE_MS : POLL_MS, term.signal);
        continue;
      }
      const { events, state } = messagesOf(leaves, { term: term.fencing, purposesOf: await purposesOfErased(this.options, leaves), make: readyRecord });
      if (!term.leads()) return;
      pages.readOn(this.next, leaves.length);
      await this.send(producer, 'state', state);
      await this.send(producer, 'events', events);
      this.next += leaves.length;
      this.sentAt = performance.now();
      this.moved.ring();
      wentWell();
      if (!isFull(leaves)) await this.rest(performance.now() - started, term);
    }
    await note();
  }

  private async mend(producer: Producer, keys: StreamKey[], term: Term): Promise<boolean> {
    const { pool, ledger } = this.options;
    const sent = await readSent(pool, ledger, keys, this.next);
    const records = keys.flatMap(({ person, purpose }, at) => rightRecord(sent[at] ?? {}, purpose, term.fencing) ?? (purpose === WHOLE_PERSON ? [] : absence(person, purpose, term.fencing)));
    if (!term.leads()) return false;
    await this.send(producer, 'state', records.map(readyRecord));
    return true;
  }

  /**
   * After a page that was not full: a rest as long as the page took, then the next ring. Every page costs each system a
   * transaction, a fetch and an answer, however small it is; on a busy machine pages grow instead of becoming many.
   */
  private async rest(tookMs: number, term: Term): Promise<void> {
    await sleep(Math.min(tookMs, REST_MS), undefined, { signal: term.signal }).catch(() => undefined);
    await this.options.bell.wait(POLL_MS, term.signal);
  }

  private async send(producer: Producer, topic: 'events' | 'state', records: ReadyRecord[]): Promise<void> {
    const batches = batchesOf(records, ({ partition }) => partition, ({ body }) => body.length);
    for (const batch of batches) {
      const sent = producer.send({ topic: this.topics.names[topic], messages: together(batch), acks: -1, compression: READY });
      sent.catch(() => (this.failedAt = performance.now()));
      const placed = await sent;
      demandAll(batch, placed);
      await this.topics.placed(topic, batch, placed);
    }
  }
}
