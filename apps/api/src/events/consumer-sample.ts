/** The whole system of the README of @samtycke/consumer, letter for letter: the test that runs that one holds this to it. */
export const CONSUMER_SAMPLE = `import { createConsumer, kafkaOf, serveHealth, stopOnSignal } from '@samtycke/consumer';
import { openPool, pgStore } from '@samtycke/consumer/pg';

const pool = openPool({ url: process.env.DATABASE_URL ?? 'postgres://127.0.0.1/crm', name: 'crm' });
await pool.query('CREATE TABLE IF NOT EXISTS calls (person uuid PRIMARY KEY, since timestamptz)'); // the database must be there for this

/**
 * One row for everybody who may be called, and none for anybody else: \`allowed\` says what holds now, whatever brought it.
 * @param {import('@samtycke/consumer').ConsumedState} data
 * @param {import('@samtycke/consumer/pg').Transaction} transaction
 */
async function set({ person, purpose, allowed, erased, since }, transaction) {
  const isOwn = purpose === 'newsletter';
  if (isOwn && allowed) await transaction.query('INSERT INTO calls VALUES ($1, $2) ON CONFLICT DO NOTHING', [person, since]);
  else if (isOwn || erased) await transaction.query('DELETE FROM calls WHERE person = $1', [person]);
}

const consumer = createConsumer({
  system: 'crm',                               // its id in the ledger; its consumer group is samtycke-crm
  ...kafkaOf(process.env),                     // KAFKA_BROKERS, and how one is let in: TLS, name, password
  topicPrefix: process.env.KAFKA_TOPIC_PREFIX, // usually none
  store: pgStore(pool),
  purposes: ['newsletter'],                    // what it acts on; all else is acknowledged as not its own
  handlers: {
    onEvents: async (events, transaction) => {
      for (const { data } of events) await set(data, transaction);
    },
    onState: async (states, transaction) => {  // what is learnt without its event
      for (const data of states) await set(data, transaction);
    },
  },
  logger: console,                             // pino fits too
});

await consumer.start();                        // waits for the database, not for Kafka
const health = await serveHealth(consumer, { port: Number(process.env.HEALTH_PORT ?? 9400) });
stopOnSignal(consumer, async () => {
  await health.close();
  await pool.end();
});

await consumer.following();                    // from here on it knows the state, as of its start
console.log(consumer.may('018f3b5e-0000-7000-8000-000000000000', 'newsletter', 'email')); // false: nobody has this id
`;
