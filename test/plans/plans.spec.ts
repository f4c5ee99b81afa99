import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freshLedger, type FreshLedger } from '#testing';
import * as statements from '../../libs/ledger/src/sql.js';
import { READINGS_OF_PERSON } from '../../apps/api/src/rights/export.js';
import { READ_SEQS } from '../../apps/api/src/watch/device-watch.js';
import { READINGS_OF_PEOPLE } from '../../apps/cli/src/commands/reads.js';
import { READ_DUE } from '../../apps/worker/src/expiry.js';
import { READ_DUE_MAILS } from '../../apps/worker/src/due-mails.js';
import { END_GRANTS } from '../../apps/worker/src/grants.js';
import { READ_LAPSED } from '../../apps/worker/src/lapse.js';
import { READ_STRETCH } from '../../apps/worker/src/notice-change.js';
import { UNSAID } from '../../apps/worker/src/webhooks/acknowledge.js';
import { READ_WAITING, TAKE_UP } from '../../apps/worker/src/webhooks/queue.js';
import { READ_ENTRIES } from '../../libs/outbox/src/entries.js';
import { READ as READ_LOG, READ_SPAN } from '../../libs/outbox/src/log.js';
import { SEQUENCE } from '../../libs/outbox/src/sequence.js';
import { CLOSE_FOUND, TIDY_OVERDUE } from '../../libs/propagation/src/close-overdue.js';
import { FIND_OVERDUE } from '../../libs/propagation/src/find-overdue.js';
import { ACTED, KEEP_ACKS } from '../../libs/propagation/src/keep-acks.js';
import { COUNT_LATE, COUNT_RUNNING, READ_DELAYS } from '../../libs/propagation/src/read-delays.js';
import { READ_STATES } from '../../libs/transfer/src/export-consents.js';
import { WRITTEN } from '../../libs/transfer/src/written-before.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(async () => {
  await fresh.close();
});

const STATEMENTS: [string, string][] = Object.entries({ ...statements, SEQUENCE, READ_LOG, READ_SPAN, READ_SEQS, READ_DUE, END_GRANTS, READ_LAPSED, READ_STRETCH, READ_STATES, READ_ENTRIES, FIND_OVERDUE, CLOSE_FOUND, TIDY_OVERDUE, KEEP_ACKS, ACTED, READ_DELAYS, COUNT_LATE, COUNT_RUNNING, TAKE_UP, READ_WAITING, READ_DUE_MAILS, READINGS_OF_PERSON, READINGS_OF_PEOPLE, UNSAID, WRITTEN });

/** Planned anew for each call. */
const UNNAMED = ['ACTED', 'CLOSE_FOUND', 'TIDY_OVERDUE', 'COUNT_LATE'];
/** Those whose plan a connection keeps. */
const KEPT = STATEMENTS.filter(([name]) => !UNNAMED.includes(name));

async function planOf(text: string): Promise<string> {
  const { rows } = await fresh.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`);
  return `${rows.map((row) => row['QUERY PLAN']).join('\n')}\n`;
}

/** The golden plan; written where there is none yet (a new statement), never overwritten. */
function golden(name: string, plan: string): string {
  const path = join(process.cwd(), 'test/plans', `${name.toLowerCase()}.txt`);
  if (!existsSync(path) && !process.env.CI) writeFileSync(path, plan);
  return readFileSync(path, 'utf8');
}

const MILLION = [
  `INSERT INTO persons SELECT 1, gen_random_uuid(), 'person', 1, 1, 0, 0, '\\x00' FROM generate_series(1, 1000000)`,
  `INSERT INTO heads SELECT 1, person, 'newsletter', 1, 'given', true, NULL, '{}' FROM persons WHERE kind = 'person'`,
  `INSERT INTO events SELECT 1, person, 'newsletter', 1, 1, person, 0, person, 'consent-granted', now(), now(), '\\x00' FROM persons WHERE kind = 'person'`,
  `INSERT INTO leaves SELECT 1, 1000 + row_number() OVER (), person, 1, person, '\\x00' FROM persons WHERE kind = 'person'`,
  `INSERT INTO identifiers SELECT 1, uuid_send(person), person, 'email', person, '\\x00', 1 FROM persons WHERE kind = 'person' LIMIT 200000`,
  `INSERT INTO overdue SELECT 1, person, person, 'newsletter', 'newsletter', 1, now() - random() * interval '400 days', now() FROM persons WHERE kind = 'person' LIMIT 200000`,
  `INSERT INTO canaries SELECT 1, person, kind, now() FROM persons WHERE kind = 'person' LIMIT 300`,
  `INSERT INTO grants SELECT 1, person, 'newsletter', 1, 'person', person, now(), now(), 'newsletter-signup', '1.3', 'sv' FROM persons WHERE kind = 'person' LIMIT 200000`,
  `INSERT INTO timers (ledger, person, purpose, kind, event, until) SELECT 1, person, 'newsletter', 'pause', person, now() FROM persons WHERE kind = 'person' LIMIT 20000`,
  `INSERT INTO webhook_queue (ledger, system, person, idx, event, purpose, version, erases, state, tries, due_at) SELECT 1, 'newsletter', person, row_number() OVER (), person, 'newsletter', 1, false, 'waiting', 0, now() FROM persons WHERE kind = 'person' LIMIT 20000`,
  `INSERT INTO reads SELECT 1, uuidv7(), now(), 'portal', person, person, 'history', 'asked for by the person' FROM persons WHERE kind = 'person' LIMIT 50000`,
].map((statement) => `${statement} ON CONFLICT DO NOTHING`);

const TABLES = MILLION.map((statement) => /INTO (\w+)/.exec(statement)?.[1] ?? '');
const ofSize = (rows: number): string[] => MILLION.map((statement) => statement.replace(/1000000|(LIMIT )\d+/g, (_, limit: string | undefined) => `${limit ?? ''}${rows}`));
const SIZES = [0, 1, 30, 100, 150, 200, 300, 400, 700, 1_500, 3_000, 20_000];

/** Tables of operators, empty or small here: the way in stays, the order of a join may be another. */
const BY_INDEX: Record<string, RegExp> = {
  COUNT_LATE: /Index Scan using overdue_due on overdue o\n *Index Cond: .*due_at >= \$2.*due_at <= \$3/,
  END_GRANTS: /CTE ended\n(.*\n)*.*Index Scan using grants_pkey on grants\n(.*\n)*.*Tid Scan on grants g\n/,
  TAKE_UP: /Index Only Scan using webhook_queue_(due|person) on webhook_queue\n(.*\n)*.*Index Scan using leaves_pkey on leaves\n *Index Cond: .*idx >= h\.next(.*\n)*.*Index Scan using events_seq on events\n/,
};

/** The tables that are looked through for a whole ledger, or a whole system, by whichever index. */
const lookedThrough = (plan: string): string[] =>
  [...plan.matchAll(/using \w+ on (\w+).*\n *Index Cond: (.*)/g)]
    .filter(([, , condition = '']) => !condition.includes('ROW') && [...condition.matchAll(/(\w+) [=<>]/g)].every(([, column]) => column === 'ledger' || column === 'system'))
    .map(([, table = '']) => table)
    .sort();

/** By which index somebody's rows are found may differ where all of them are by the person. */
async function seeksAsMuch(): Promise<void> {
  for (const [name, text] of KEPT) expect([name, lookedThrough(await planOf(text))]).toEqual([name, lookedThrough(golden(name, ''))]);
}

async function staysEqual(): Promise<void> {
  const plans = await Promise.all(STATEMENTS.map(([, text]) => planOf(text)));
  for (const [at, [name]] of STATEMENTS.entries()) {
    const plan = plans[at] ?? '';
    if (name in BY_INDEX) expect([name, plan]).toEqual([name, expect.stringMatching(BY_INDEX[name] ?? /^$/)]);
    else expect([name, plan]).toEqual([name, golden(name, plan)]);
  }
}

describe('hand-tuned statements keep their plans', () => {
  test.each(STATEMENTS)('%s while the tables are empty', async (name, text) => {
    const plan = await planOf(text);
    expect(plan).toBe(golden(name, plan));
    expect(plan).not.toMatch(/Seq Scan/);
  });

  test('what is due is found by the index over ends, not by looking at every stream', () => {
    expect(golden('READ_DUE', '')).toMatch(/Index Scan using heads_due on heads\n *Index Cond: .*valid_until <= \$2/);
    expect(golden('READ_LAPSED', '')).toMatch(/Index Scan using tokens_expires on tokens/);
  });

  test('events are found by the index made for the look-up: (person, seq) or (person, request)', () => {
    for (const name of ['SEQUENCE', 'READ_LOG', 'READ_SPAN']) expect(golden(name, '')).toMatch(/Index Scan using events_seq on events/);
    expect(golden('READ_REQUEST', '')).toMatch(/Index Scan using events_request on events\n *Index Cond: .*request = \$3/);
  });

  test('a breach that is acted on is found by its stream among the open ones, not among all of its system or all that was ever late of its person', () => {
    expect(golden('ACTED', '')).toMatch(/Index Scan using overdue_open on overdue o_1\n *Index Cond: .*system = f\.system.*person = f\.person.*purpose = f\.purpose.*version <= f\.version/);
  });

  test('who read what of a person is found by the person, not by looking at every reading', () => {
    for (const name of ['READINGS_OF_PERSON', 'READINGS_OF_PEOPLE']) expect(golden(name, '')).toMatch(/Index Scan (Backward )?using reads_person on reads\n *Index Cond: .*person = /);
  });

  /** To statistics that know nothing yet everything is selective, the ledger's number, too; the smaller of two indexes seems cheaper. */
  test.each(SIZES)('and every one whose plan is kept, with %d rows in tables that were analysed when they were empty', async (rows) => {
    await fresh.pool.query(`TRUNCATE ${TABLES.join(', ')} CASCADE`);
    await fresh.pool.query('VACUUM ANALYZE');
    for (const statement of ofSize(rows)) await fresh.pool.query(statement);
    await seeksAsMuch();
    await fresh.pool.query('ANALYZE');
    await seeksAsMuch();
  });

  test('and every one of them at a million rows', async () => {
    const admin = await fresh.pool.connect();
    await admin.query('SET enable_seqscan = on; SET synchronous_commit = off');
    for (const statement of [...MILLION, 'ANALYZE']) await admin.query(statement);
    admin.release(true);
    await staysEqual();
  }, 180_000);
});
