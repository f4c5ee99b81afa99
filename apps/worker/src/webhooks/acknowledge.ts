import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { connectKafka, sendAnswers, type KafkaAccess } from '#consumer';
import { topicsOf, type Ack, type AckOutcome } from '#contracts';
import type { Bell, Term } from '#outbox';
import { keepAcks } from '#propagation';
import { doneBefore } from './done-before.js';

const PAGE = 500;
const POLL_MS = 1_000;
const AGAIN_MS = 2_000;

export const UNSAID = `
SELECT system, person, idx, event, purpose, version, outcome, applied_at FROM webhook_queue
WHERE ledger = $1 AND (state = 'delivered' OR state = 'given-up') ORDER BY idx LIMIT ${PAGE}`;
const SAID = 'unnest($2::text[], $3::uuid[], $4::bigint[], $5::text[]) AS f(system, person, idx, outcome) WHERE q.ledger = $1 AND q.system = f.system AND q.person = f.person AND q.idx = f.idx AND q.outcome = f.outcome';
const REMOVE = `DELETE FROM webhook_queue q USING ${SAID} AND q.state = 'delivered'`;
/** What was parked under a webhook that was taken away counts as delivered since: nothing of it stays to be tried again. */
const PARK = `UPDATE webhook_queue q SET state = 'parked' FROM ${SAID} AND q.state = 'given-up'`;

interface Row {
  system: string;
  person: string;
  idx: string;
  event: string;
  purpose: string;
  version: number;
  outcome: AckOutcome;
  applied_at: Date;
}

const ackOf = ({ system, event, person, purpose, version, outcome, applied_at: appliedAt }: Row): Ack => ({ system, event, person, purpose, version, outcome, appliedAt: appliedAt.toISOString() });

export interface AcknowledgeOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  /** Absent where there is no Kafka: then acknowledgements are kept, and told to nobody else. */
  kafka?: KafkaAccess & { prefix: string };
  /** Rung when something was delivered or given up. */
  bell: Bell;
}

/** One page is said at a time. */
const MOST_WAITING = 1_000;

type Say = (acks: Ack[]) => Promise<boolean>;

/** How acknowledgements are said: on their topic, where whoever listens hears them as he hears every system's. */
function speaker({ log, kafka }: AcknowledgeOptions, term: Term): { say: Say; end: () => Promise<void> } {
  if (!kafka) return { say: async () => true, end: async () => undefined };
  const sender = sendAnswers({ kafka: connectKafka('worker', kafka, log), stopped: term.signal, logger: log, mostWaiting: MOST_WAITING });
  const topic = topicsOf(kafka.prefix).acks;
  const headers = { 'content-type': 'application/json' };
  const say: Say = (acks) => {
    const messages = acks.map((ack) => ({ key: ack.event, value: JSON.stringify(ack), headers }));
    return doneBefore(term.signal, (done) => sender.send([{ topic, messages }], done));
  };
  return { say, end: () => sender.end() };
}

/** A row goes once its word is kept: by one of the two a parked event that is tried again is told from one that is superseded. */
async function sayPage({ pool, ledger }: AcknowledgeOptions, say: Say): Promise<number> {
  const { rows } = await pool.query<Row>({ name: 'webhooks-unsaid', text: UNSAID, values: [ledger] });
  const acks = rows.map(ackOf);
  if (rows.length === 0 || !(await say(acks))) return 0;
  await keepAcks(pool, ledger, acks);
  const values = [ledger, rows.map(({ system }) => system), rows.map(({ person }) => person), rows.map(({ idx }) => idx), rows.map(({ outcome }) => outcome)];
  await pool.query(PARK, values);
  await pool.query(REMOVE, values);
  return rows.length;
}

/** Acknowledges for systems that are told over HTTP, as those do that listen to Kafka; at least once, and kept once. */
export async function acknowledge(options: AcknowledgeOptions, term: Term): Promise<void> {
  const { say, end } = speaker(options, term);
  while (!term.signal.aborted) {
    try {
      if ((await sayPage(options, say)) < PAGE) await options.bell.wait(POLL_MS, term.signal);
    } catch (error) {
      options.log.warn({ code: (error as { code?: string }).code }, 'what webhooks acknowledged cannot be passed on; trying again');
      await sleep(AGAIN_MS, undefined, { signal: term.signal }).catch(() => undefined);
    }
  }
  await end();
}
