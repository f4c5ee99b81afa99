import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import { freshLedger, type FreshLedger } from '#testing';
import { normalise, suppressionKeysOf, type Identifier } from '#vault';
import { Unavailable } from './call.js';
import { newHolderId } from './ids.js';
import { Reader } from './read.js';
import { findPeople, holdersOf } from './subject.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(async () => {
  await fresh.close();
});

const email = (value: string): Identifier => {
  const identifier = normalise('email', value);
  if (!identifier) throw new Error(`${value} is no address`);
  return identifier;
};

/** The pool, and what it is asked: each statement with the connection that it went out on and how many answers had come before it. */
function watched(): { pool: Pool; asked: { statement: string; connection: unknown; answers: number }[] } {
  const asked: { statement: string; connection: unknown; answers: number }[] = [];
  let answers = 0;
  const connect = async (): Promise<unknown> => {
    const client = await fresh.pool.connect();
    const query = async (query: { name: string }): Promise<unknown> => {
      asked.push({ statement: query.name, connection: client, answers });
      const answer: unknown = await client.query(query as never);
      answers += 1;
      return answer;
    };
    return { query, release: client.release.bind(client) };
  };
  return { pool: { connect } as unknown as Pool, asked };
}

test('who is meant and who was erased is asked in one go on one connection, in this order, for all who ask at once', async () => {
  const { pool, asked } = watched();
  const finder = { reader: new Reader(pool, fresh.id), lookupKeys: fresh.lookupKeys, suppressionKeys: suppressionKeysOf(fresh.keyring) };
  // A phase that was never asked for is learnt by the first question.
  await holdersOf(finder, { identifiers: [email('learns@example.se')] }, false);
  asked.splice(0);
  const all = await Promise.all(['one@example.se', 'two@example.se', 'three@example.se'].map((value) => holdersOf(finder, { identifiers: [email(value)] }, false)));
  expect(all.map(({ people, erased }) => [people.length, people[0]?.claims?.length, erased])).toEqual([[1, 1, false], [1, 1, false], [1, 1, false]]);
  expect(asked.map(({ statement }) => statement)).toEqual(['read-identifiers', 'read-suppressions']);
  expect(new Set(asked.map(({ connection, answers }) => `${answers} ${asked.findIndex((one) => one.connection === connection)}`)).size).toBe(1);
});

test('whoever lacks a key for those who were erased is told so; who is meant is found all the same', async () => {
  const reader = new Reader(fresh.pool, fresh.id);
  const finder = { reader, lookupKeys: fresh.lookupKeys, suppressionKeys: suppressionKeysOf(fresh.keyring) };
  const found = email('found@example.se');
  const person = newHolderId();
  const { lookup } = fresh.lookupKeys.of(found);
  await fresh.pool.query('INSERT INTO persons (ledger, person, kind, seq, step, recorded_us, known_us, hash) VALUES ($1, $2, $3, 1, 1, 1, 0, $4)', [fresh.id, person, 'person', Buffer.alloc(32)]);
  await fresh.pool.query('INSERT INTO identifiers (ledger, lookup, id, kind, person, sealed, generation) VALUES ($1, $2, $3, $4, $5, $6, 1)', [fresh.id, lookup, newHolderId(), 'email', person, Buffer.alloc(1)]);
  await fresh.pool.query("INSERT INTO key_chains (ledger, chain, phase, key) VALUES ($1, 'suppression', 4, 'a key that is nowhere')", [fresh.id]);
  const [people, holders] = await Promise.allSettled([findPeople(finder, { identifiers: [found] }), holdersOf(finder, { identifiers: [found] }, false)]);
  expect(people).toMatchObject({ status: 'fulfilled', value: [{ person }] });
  expect(holders).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
});
