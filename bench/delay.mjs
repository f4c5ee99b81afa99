// From the start of a POST to the commit in the downstream systems, at a fixed rate: the time that each states in its
// acknowledgement, by the same clock. And from the ledger's time of an event, which lies before its commit, to its arrival at a
// consumer of the topic.
import { Kafka, logLevel } from 'kafkajs';
import { open, post } from './load.mjs';

const quantile = (values, q) => {
  const sorted = values.sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
};
const both = (values) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });

/** Listens to acknowledgements and events; `acked` holds each system's time of each event, `arrived` the ms that each took to Kafka. */
async function listen(brokers) {
  const [acked, arrived] = [new Map(), new Map()];
  const consumer = new Kafka({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({ groupId: `bench-${process.pid}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: ['consent.acks.v1', 'consent.events.v1'], fromBeginning: false });
  let joined;
  const ready = new Promise((resolve) => (joined = resolve));
  consumer.on(consumer.events.GROUP_JOIN, joined);
  const ack = ({ system, event, appliedAt }) => {
    if (!acked.has(event)) acked.set(event, new Map());
    acked.get(event).set(system, Date.parse(appliedAt));
  };
  // Kafkajs would commit after each batch of each partition: more requests than all programs under test make together.
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const now = Date.now();
      for (const { value, headers } of batch.messages) {
        if (batch.topic === 'consent.acks.v1') ack(JSON.parse(value.toString()));
        else arrived.set(headers.ce_id.toString(), now - Date.parse(headers.ce_recordedtime.toString()));
      }
    },
  });
  await ready;
  return { acked, arrived, end: () => consumer.disconnect() };
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
      const connection = free.pop();
      if (connection) give(connection);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  while (answers < asked) await new Promise((resolve) => setTimeout(resolve, 5));
  connections.forEach((connection) => connection.end());
  return sent;
}

/** Delays in ms at `rate` changes a second for `seconds`: to the commit of the first of `systems`, of all of them, and to Kafka. */
export async function delays({ brokers, systems, seconds, ...load }) {
  const heard = await listen(brokers);
  const sent = await sendAt({ ...load, seconds });
  const complete = ({ event }) => systems.every((system) => heard.acked.get(event)?.has(system)) && heard.arrived.has(event);
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
    kafka: both(whole.map(({ event }) => heard.arrived.get(event))),
  };
}
