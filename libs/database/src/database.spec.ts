import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { decideFact } from '#consent';
import { changeConsent, personCall, streamsOf, uuidv7, type DefinedPurpose, type View, type Wish } from '#ledger';
import { canonicalText } from '#proof';
import { freshLedger, type FreshLedger } from '#testing';
import { ledgerDataSource } from './data-source.js';
import { ledgerOf } from './ledger-of.js';
import { migrateLedger } from './set-up.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(async () => {
  await fresh.close();
});

const PERSON_OWNED = ['persons', 'person_keys', 'events', 'heads', 'outbox', 'evidence', 'links', 'acknowledgements', 'overdue', 'canaries', 'due_mails', 'lost_events'];

test('every unique key of a table that belongs to a person holds ledger and person, so that tables can be spread by person', async () => {
  const { rows } = await fresh.pool.query<{ name: string; columns: string[] }>(
    `SELECT i.indexrelid::regclass::text AS name, array_agg(a.attname::text) AS columns
     FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indisunique AND i.indrelid::regclass::text = ANY ($1) GROUP BY 1`,
    [PERSON_OWNED],
  );
  expect(rows.length).toBeGreaterThanOrEqual(8);
  for (const { columns } of rows) expect(columns).toEqual(expect.arrayContaining(['ledger', 'person']));
});

test('no column has a default, and no foreign key ties the groups of tables: ids and times come from the application', async () => {
  const defaults = await fresh.pool.query(`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND column_default IS NOT NULL AND table_name <> 'migrations'`);
  expect(defaults.rows).toEqual([]);
  const keys = await fresh.pool.query(`SELECT conname FROM pg_constraint WHERE contype = 'f'`);
  expect(keys.rows).toEqual([]);
});

test('entities and migrations describe the same tables', async () => {
  const source = await ledgerDataSource(fresh.url).initialize();
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  await source.destroy();
  expect(upQueries.map((query) => query.query)).toEqual([]);
});

test('a keyring of another ledger is told that it does not belong to this database, and not to begin its own there', async () => {
  expect(await ledgerOf(fresh.pool, fresh.keyring.origin)).toBe(fresh.id);
  await expect(ledgerOf(fresh.pool, 'other.example/ledger')).rejects.toThrow(/^the database holds no ledger other\.example\/ledger, but consent\.example\.test\/ledger: keyring and database do not belong together[^\n]*$/);
});

test('migrating again changes nothing', async () => {
  expect(await migrateLedger(fresh.url)).toEqual([]);
});

/** Undoes migrations from the newest on, up to and with this one. */
async function undoDownTo(source: DataSource, name: string): Promise<void> {
  const stands = async (): Promise<boolean> => (await source.query<unknown[]>('SELECT 1 FROM migrations WHERE name = $1', [name])).length > 0;
  while (await stands()) await source.undoLastMigration();
}

test('an import of a database that is older stands for its file without a purpose, and going back leaves one for each file', async () => {
  const source = await ledgerDataSource(fresh.url).initialize();
  await undoDownTo(source, 'ImportsByPurpose1000000000019');
  await fresh.pool.query(`INSERT INTO imports (ledger, file, system, started_by, runner, started_at, updated_at, done, reserved, applied, late, unchanged, refused)
    VALUES ($1, '\\x01', 'crm', 'x', $2, now(), now(), 5, 9, 5, 0, 0, 0)`, [fresh.id, randomUUID()]);
  await source.runMigrations();
  const rows = async (): Promise<unknown[]> => (await fresh.pool.query('SELECT purpose, mapping, done, reserved FROM imports')).rows;
  expect(await rows()).toEqual([{ purpose: '', mapping: null, done: '5', reserved: '9' }]);
  await fresh.pool.query(`INSERT INTO imports SELECT ledger, file, system, started_by, runner, started_at, updated_at, finished_at, 0, 0, 0, 0, 0, 0, 'newsletter', '\\x02' FROM imports`);
  await undoDownTo(source, 'ImportsByPurpose1000000000019');
  await source.runMigrations();
  expect(await rows()).toEqual([{ purpose: '', mapping: null, done: '5', reserved: '9' }]);
  await source.destroy();
});

test('timers of a database that is older become a pause’s or that of what stands, by the event that set them', async () => {
  const source = await ledgerDataSource(fresh.url).initialize();
  const [person, pause, override, restriction, lost] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const rows = async (): Promise<unknown[]> => (await fresh.pool.query('SELECT purpose, kind, event FROM timers ORDER BY purpose COLLATE "C" DESC, kind')).rows;
  await undoDownTo(source, 'TimersByKind1000000000015');
  const events = [[pause, 'preferences-changed'], [override, 'objection-lifted'], [restriction, 'processing-restricted']] as const;
  for (const [at, [event, type]] of events.entries()) {
    await fresh.pool.query(`INSERT INTO events SELECT $1, $2, 'x', $3, $3, $4, 0, $4, $5, now(), now(), '{}'`, [fresh.id, person, at + 1, event, type]);
  }
  for (const [purpose, event] of [['newsletter', pause], ['security-audit', override], ['reach', restriction], ['~person', restriction]]) {
    await fresh.pool.query(`INSERT INTO timers (ledger, person, purpose, event, until) VALUES ($1, $2, $3, $4, now() + interval '1 day')`, [fresh.id, person, purpose, event]);
  }
  await fresh.pool.query(`INSERT INTO events SELECT $1, $2, 'displaced', 9, 9, $3, 0, $3, 'objection-lifted', now(), now(), convert_to('{"fact":{"ground":"x","until":"2026-01-01T00:00:00.000000Z"}}', 'UTF8')`, [fresh.id, person, lost]);
  await fresh.pool.query(`INSERT INTO heads VALUES ($1, $2, 'displaced', 10, 'objected', false, NULL, '{"status":"objected","allowed":false,"chosen":{"status":"objected","allowed":true}}')`, [fresh.id, person]);
  await fresh.pool.query(`INSERT INTO timers (ledger, person, purpose, event, until) VALUES ($1, $2, 'displaced', $3, now())`, [fresh.id, person, pause]);
  await source.runMigrations();
  expect(await rows()).toEqual([{ purpose: '~person', kind: 'stand', event: restriction }, { purpose: 'security-audit', kind: 'stand', event: override }, { purpose: 'newsletter', kind: 'pause', event: pause },
    { purpose: 'displaced', kind: 'pause', event: pause }, { purpose: 'displaced', kind: 'stand', event: lost }]);
  await undoDownTo(source, 'TimersByKind1000000000015');
  await source.runMigrations();
  expect(await rows()).toHaveLength(5);
  await source.destroy();
  await migrateLedger(fresh.url);
});

test('states that are older get the members that they are folded with by now: the end of a restriction, and the age of a consent of which a part was taken back', async () => {
  const [person, whole] = [randomUUID(), randomUUID()];
  const marketing = fresh.catalogue.purposes.get('electronic-marketing') as DefinedPurpose;
  const system = { kind: 'system', id: 'crm' } as const;
  const notice = fresh.catalogue.notices.get('order\n1.3\nsv');
  const says = (who: string, ...wishes: Wish[]) => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: who, kind: 'person' }], wishes, actor: system, notice, evidence: {} }));
  for (const who of [person, whole]) await says(who, { purpose: marketing, decision: 'grant' });
  await says(person, { purpose: marketing, decision: 'withdraw', channels: ['sms'] });
  const decide = (view: View) => decideFact({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: '2031-01-01T00:00:00.000000Z' }, view.person, streamsOf(view, [marketing]), view.recordedAt);
  await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: system, purposes: [marketing], decide }));
  const states = async () => (await fresh.pool.query<{ state: string }>('SELECT state FROM heads WHERE person = ANY ($1) UNION ALL SELECT state FROM persons WHERE person = ANY ($1) AND state IS NOT NULL', [[person, whole]])).rows.map(({ state }) => JSON.parse(state) as Record<string, unknown>);
  const now = await states();
  expect(now).toContainEqual(expect.objectContaining({ givenAt: expect.any(String), status: 'restricted' }));
  expect(now).toContainEqual(expect.objectContaining({ restrictedUntil: '2031-01-01T00:00:00.000000Z' }));
  const source = await ledgerDataSource(fresh.url).initialize();
  await undoDownTo(source, 'FoldedEnds1000000000017');
  expect(JSON.stringify(await states())).not.toMatch(/givenAt|restrictedUntil/);
  await source.runMigrations();
  await source.destroy();
  await migrateLedger(fresh.url);
  const sorted = (all: unknown[]) => all.map((one) => canonicalText(one as object)).sort();
  expect(sorted(await states())).toEqual(sorted(now));
});

test('a right that an older database holds open of somebody who was erased is closed by his erasure; what the worker has yet to come to is left to it', async () => {
  const [gone, ahead, asking] = [randomUUID(), randomUUID(), randomUUID()];
  const source = await ledgerDataSource(fresh.url).initialize();
  await undoDownTo(source, 'RightsOfErased1000000000023');
  for (const [at, person] of [gone, asking, ahead].entries()) {
    await fresh.pool.query(`INSERT INTO rights VALUES ($1, $2, gen_random_uuid(), 'complaint', '2026-01-01', '2026-02-01')`, [fresh.id, person]);
    if (person === asking) continue;
    await fresh.pool.query(`INSERT INTO events SELECT $1, $2, '~person', 2, 2, gen_random_uuid(), 0, $3, 'person-erased', '2026-01-15 10:00:00.123456Z', '2026-01-15', '{}'`, [fresh.id, person, randomUUID()]);
    await fresh.pool.query(`INSERT INTO leaves SELECT $1, $3, person, seq, event, '' FROM events WHERE person = $2`, [fresh.id, person, 500 + at]);
  }
  await fresh.pool.query(`INSERT INTO leases VALUES ($1, 'rights', gen_random_uuid(), 0, now(), 501)`, [fresh.id]);
  await source.runMigrations();
  await source.destroy();
  const { rows } = await fresh.pool.query('SELECT person, closed_at, closed_at = $2 AS exact, outcome FROM rights WHERE person = ANY ($1::uuid[])', [[gone, ahead, asking], '2026-01-15 10:00:00.123456Z']);
  const open = { closed_at: null, exact: null, outcome: null };
  expect(rows).toEqual(expect.arrayContaining([{ person: gone, closed_at: expect.any(Date), exact: true, outcome: 'erased' }, { person: ahead, ...open }, { person: asking, ...open }]));
  await fresh.pool.query(`DELETE FROM leases WHERE role = 'rights'`);
});

describe('what a role may do', () => {
  async function as(role: string, statement: string): Promise<string> {
    const client = await fresh.pool.connect();
    try {
      await client.query(`SET ROLE ${role}`);
      await client.query(statement);
      return 'done';
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await client.query('RESET ROLE');
      client.release();
    }
  }
  const DENIED = '42501';

  test.each(['samtycke_api', 'samtycke_relay', 'samtycke_worker'])('%s cannot change or remove an event', async (role) => {
    expect(await as(role, 'SELECT count(*) FROM events')).toBe('done');
    expect(await as(role, `UPDATE events SET type = 'x'`)).toBe(DENIED);
    expect(await as(role, 'DELETE FROM events')).toBe(DENIED);
    expect(await as(role, 'TRUNCATE events')).toBe(DENIED);
    expect(await as(role, 'DROP TABLE events')).toBe(DENIED);
    expect(await as(role, 'CREATE TABLE mine (x int)')).toBe(DENIED);
  });
  test('the api cannot make keys, change the log or remove a trace', async () => {
    expect(await as('samtycke_api', 'DELETE FROM reads')).toBe(DENIED);
    expect(await as('samtycke_api', 'UPDATE api_keys SET revoked_at = NULL')).toBe(DENIED);
    expect(await as('samtycke_api', 'DELETE FROM leaves')).toBe(DENIED);
  });
  test('the relay sees no key, no identifier and no evidence', async () => {
    for (const table of ['person_keys', 'identifiers', 'evidence', 'api_keys']) expect(await as('samtycke_relay', `SELECT count(*) FROM ${table}`)).toBe(DENIED);
  });
});
