// From the start of a POST to the commit in the downstream systems, at a fixed rate: the time that each states in its
// acknowledgement, by the same clock. And from the ledger's time of an event, which lies before its commit, to its arrival at a
// consumer of the topic.
import { Kafka, logLevel } from 'kafkajs';
import { wayInto } from '../dist/libs/consumer/src/index.js';
import { open, post } from './load.mjs';

const quantile = (values, q) => {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};
const both = (values) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

/** Reads `topic` from now on; resolves once it does. */
async function follow(brokers, { topic, take, ...settings }) {
  const consumer = new Kafka({ clientId: 'bench', ...wayInto({ brokers: [brokers] }), logLevel: logLevel.NOTHING }).consumer({ groupId: `bench-${topic}-${process.pid}-${Date.now()}`, ...settings });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  // Kafkajs would commit after each batch of each partition: more requests than all programs under test make together.
  await consumer.run({ autoCommit: false, eachBatch: async ({ batch }) => batch.messages.forEach(take) });
  await joined;
  return consumer;
}

/**
 * Listens to acknowledgements, seldom, since they hold their times; and to events where `arrivals` is asked for, as quickly
 * as a system would, which costs what one more system costs. `acked` holds each system's time of each event, `arrived` the ms
 * that each took to Kafka.
 */
async function listen(brokers, arrivals) {
  const [acked, arrived] = [new Map(), new Map()];
  const ack = ({ system, event, appliedAt }) => {
    if (!acked.has(event)) acked.set(event, new Map());
    acked.get(event).set(system, Date.parse(appliedAt));
  };
  const arrive = (headers) => arrived.set(headers.ce_id.toString(), Date.now() - Date.parse(headers.ce_recordedtime.toString()));
  const consumers = [await follow(brokers, { topic: 'consent.acks.v1', minBytes: 512 * 1024, maxWaitTimeInMs: 1_000, take: ({ value }) => ack(JSON.parse(value.toString())) })];
  if (arrivals) consumers.push(await follow(brokers, { topic: 'consent.events.v1', take: ({ headers }) => arrive(headers) }));
  return { acked, arrived, end: () => Promise.all(consumers.map((consumer) => consumer.disconnect())) };
}

const CONNECTIONS = 64;

/** Sends `rate` changes a second for `seconds` over as many connections as are free, whatever the answers take; tells when each was due, and its event. */
async function sendAt({ port, key, rate, seconds, next }) {
  const [sent, free, due, begin] = [[], [], [], Date.now()];
  let [asked, answers] = [0, 0];
  const give = (connection) => {
    const one = due.shift();
    if (!one) return free.push(connection);
    connection.started = one.started;
    connection.send(one.request);
  };
  const fail = (error) => {
    throw error;
  };
  const connections = Array.from({ length: CONNECTIONS }, () => {
    const connection = open({ port }, {
      ready: () => give(connection),
      failed: fail,
      closed: () => answers < asked && fail(new Error('the api closed a connection')),
      answered: (status, ms, body) => {
        answers += 1;
        if (status === 201) sent.push({ started: connection.started, event: JSON.parse(body).decisions[0].event });
        give(connection);
      },
    });
    return connection;
  });
  while (Date.now() - begin < seconds * 1000) {
    for (const until = Math.floor(((Date.now() - begin) / 1000) * rate); asked < until; asked += 1) {
      due.push({ started: Date.now(), request: post('/v1/consents', key, next()) });
      // The one that has rested longest: none rests so long that the api closes it.
      const connection = free.shift();
      if (connection) give(connection);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (answers < asked) await new Promise((resolve) => setTimeout(resolve, 5));
  connections.forEach((connection) => connection.end());
  return sent;
}

/**
 * Delays in ms at `rate` changes a second for `seconds`: to the commit of the first of `systems`, and of all of them; with
 * `arrivals` also from the ledger's time to a consumer of the topic.
 */
export async function delays({ brokers, systems, seconds, arrivals = false, ...load }) {
  const heard = await listen(brokers, arrivals);
  const sent = await sendAt({ ...load, seconds });
  const complete = ({ event }) => systems.every((system) => heard.acked.get(event)?.has(system)) && (!arrivals || heard.arrived.has(event));
  const patience = Date.now() + 15_000;
  while (!sent.every(complete) && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 50));
  await heard.end();
  const whole = sent.filter(complete);
  const times = ({ event }) => systems.map((system) => heard.acked.get(event).get(system));
  return {
    sent: sent.length,
    acknowledged: whole.length,
    perSecond: sent.length / seconds,
    first: both(whole.map((one) => times(one)[0] - one.started)),
    all: both(whole.map((one) => Math.max(...times(one)) - one.started)),
    ...(arrivals && { kafka: both(whole.map(({ event }) => heard.arrived.get(event))) }),
  };
}
