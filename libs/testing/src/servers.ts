/** Address of the test run's PostgreSQL (superuser), started once for the whole run. */
export const testDatabaseUrl = (): string => demand('TEST_DATABASE_URL');

/** Addresses of the test run's Kafka brokers, comma separated. */
export const testKafkaBrokers = (): string => demand('TEST_KAFKA_BROKERS');

function demand(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this test needs the servers that test/setup/start.mjs starts (do not run it with SAMTYCKE_TEST_SERVERS=none or --globalSetup=).`);
  return value;
}
