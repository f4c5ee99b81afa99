// A system in a process of its own, to be killed: it notes every event in the transaction that applies it.
import { createConsumer, openPool, pgStore } from '../../dist/libs/consumer/src/index.js';

const pool = openPool({ url: process.env.DATABASE_URL, name: 'consumer-program' });
const consumer = createConsumer({
  system: 'killed',
  brokers: process.env.KAFKA_BROKERS.split(','),
  topicPrefix: process.env.KAFKA_TOPIC_PREFIX,
  store: pgStore(pool),
  batch: 50,
  commitIntervalMs: 200,
  sessionTimeoutMs: 6_000,
  handlers: { onEvent: (event, transaction) => transaction.query('INSERT INTO noted (event) VALUES ($1)', [event.id]) },
});
await consumer.start();
await consumer.following();
process.send({ following: true });
