import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { migrateConsumer, openPool } from '#consumer';
import { freshDatabase, type FreshDatabase } from '#testing';
import { readKnownState } from './known-state.js';

let database: FreshDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await freshDatabase();
  pool = openPool({ url: database.url, name: 'test' });
  await migrateConsumer(pool);
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

const STREAM = `
  INSERT INTO samtycke_consumer.consent_state (person, purpose, kind, version, seq, allowed, applied_at, parked_version, valid_until)
  VALUES ($1, 'newsletter', 'person', 2, 2, true, now(), $2, $3)`;
const PERSON = `
  INSERT INTO samtycke_consumer.persons (person, kind, version, seq, restricted, erased, suppressed, applied_at, parked_version)
  VALUES ($1, 'person', 1, 1, false, $2, false, now(), $3)`;

const stream = (person: string, { parked = 0, ended = false } = {}): Promise<unknown> => pool.query(STREAM, [person, parked, ended ? new Date(0) : null]);
const record = (person: string, { parked = 0, erased = false } = {}): Promise<unknown> => pool.query(PERSON, [person, erased, parked]);
const allowed = async (person: string): Promise<(boolean | undefined)[]> => (await readKnownState(pool, person)).map((state) => state.allowed);

test('what was last heard is allowed as the last version said, also beside a record of the person', async () => {
  const [person, recorded] = [randomUUID(), randomUUID()];
  await stream(person, { parked: 2 });
  await stream(recorded);
  await record(recorded, { parked: 1 });
  expect([await allowed(person), await allowed(recorded)]).toEqual([[true], [true]]);
});

test('what has ended, or what a parked message of the purpose or the person may have taken away, is not allowed', async () => {
  const [ended, parked, ofPerson, erased] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await stream(ended, { ended: true });
  await stream(parked, { parked: 3 });
  await stream(ofPerson);
  await record(ofPerson, { parked: 2 });
  await stream(erased);
  await record(erased, { erased: true });
  expect(await Promise.all([ended, parked, ofPerson, erased].map(allowed))).toEqual([[false], [false], [false], [false]]);
});
