// From the start of a POST to the commit in a downstream system, at a fixed rate: the time that the system states in its
// acknowledgement, by the same clock.
import { Agent, request } from 'node:http';
import { Kafka, logLevel } from 'kafkajs';

function send({ port, key, agent }, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const out = request({ host: '127.0.0.1', port, path: '/v1/consents', method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (chunk) => (answer += chunk)).on('end', () => resolve({ status: response.statusCode, answer }));
    });
    out.on('error', reject);
    out.end(text);
  });
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

/** Delays in ms of one system's commits, at `rate` changes a second for `seconds`. */
export async function delays({ port, key, brokers, system, rate, seconds, next }) {
  const applied = new Map();
  const consumer = new Kafka({ clientId: 'bench', brokers: [brokers], logLevel: logLevel.NOTHING }).consumer({ groupId: `bench-${process.pid}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic: 'consent.acks.v1', fromBeginning: false });
  let joined;
  const ready = new Promise((resolve) => (joined = resolve));
  consumer.on(consumer.events.GROUP_JOIN, joined);
  await consumer.run({
    eachMessage: async ({ message }) => {
      const ack = JSON.parse(message.value.toString());
      if (ack.system === system) applied.set(ack.event, Date.parse(ack.appliedAt));
    },
  });
  await ready;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const sent = [];
  const calls = [];
  const begin = Date.now();
  while (Date.now() - begin < seconds * 1000) {
    const due = Math.floor(((Date.now() - begin) / 1000) * rate);
    while (calls.length < due) {
      const started = Date.now();
      calls.push(send({ port, key, agent }, next()).then(({ status, answer }) => status === 201 && sent.push({ started, event: JSON.parse(answer).decisions[0].event })));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  const patience = Date.now() + 15_000;
  while (sent.some(({ event }) => !applied.has(event)) && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, 50));
  await consumer.disconnect();
  agent.destroy();
  const times = sent.filter(({ event }) => applied.has(event)).map(({ started, event }) => applied.get(event) - started).sort((one, other) => one - other);
  return { sent: sent.length, acknowledged: times.length, perSecond: sent.length / seconds, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
