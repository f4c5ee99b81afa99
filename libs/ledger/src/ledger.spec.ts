import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { emptyStream, evolve, type Stream } from '#consent';
import { freshLedger, until, type FreshLedger } from '#testing';
import { lookupOf, normalise, openEvidence } from '#vault';
import { changeConsent } from './change-consent.js';
import type { Change, ChangeAnswer, Wish } from './change.js';
import { newHolderId, uuidv7 } from './ids.js';
import { Ledger } from './ledger.js';
import { Refusal, Unavailable } from './call.js';
import { Reader } from './read.js';
import { holdersOf } from './subject.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(async () => {
  await fresh.close();
});

const SYSTEM = { kind: 'system', id: 'crm', key: '0f3c9a52-77aa-4f0e-8a11-3f5b1c2d4e6f' } as const;

function wish(purpose: string, decision: Wish['decision'], more: Partial<Wish> = {}): Wish {
  const defined = fresh.catalogue.purposes.get(purpose);
  if (!defined) throw new Error(`no purpose ${purpose}`);
  return { purpose: defined, decision, ...more };
}

const notice = () => fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');

interface Given {
  email?: string;
  person?: string;
  wishes: Wish[];
  request?: string;
  idempotency?: Change['idempotency'];
  ledger?: Ledger;
  evidence?: Record<string, string>;
}

function change({ email, person, wishes, request = uuidv7(), idempotency, ledger = fresh.ledger, evidence = { ip: '192.0.2.0/24', 'user-agent': 'test' } }: Given): Promise<ChangeAnswer> {
  const identifier = email === undefined ? undefined : normalise('email', email);
  const subject = { identifiers: identifier ? [identifier] : [], person };
  const finder = { reader: new Reader(fresh.pool, fresh.id), lookupKeys: fresh.lookupKeys };
  return changeConsent(ledger, async () => {
    const holders = await holdersOf(finder, subject, false);
    return { request, ...holders, wishes, actor: SYSTEM, notice: notice(), evidence, idempotency };
  });
}

async function eventsOf(person: string): Promise<{ event: LedgerEvent; bytes: Buffer }[]> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq', [fresh.id, person]);
  return rows.map(({ bytes }) => ({ bytes, event: JSON.parse(bytes.toString('utf8')) as LedgerEvent }));
}

const leafOf = (bytes: Buffer): string => createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex');

/** seq and versions without gap, prev links, times that rise, columns that repeat the bytes. */
async function expectSound(person: string): Promise<LedgerEvent[]> {
  const events = await eventsOf(person);
  const versions = new Map<string, number>();
  events.forEach(({ event }, at) => {
    const before = events[at - 1];
    expect(event.seq).toBe(at + 1);
    expect(event.prev).toBe(before && leafOf(before.bytes));
    if (before) expect(event.recordedAt > before.event.recordedAt).toBe(true);
    const version = (versions.get(event.purpose) ?? 0) + 1;
    expect(event.version).toBe(version);
    versions.set(event.purpose, version);
  });
  const { rows } = await fresh.pool.query(
    `SELECT count(*)::int AS wrong FROM events, LATERAL (SELECT convert_from(bytes, 'utf8')::json AS b) AS read
     WHERE ledger = $1 AND person = $2 AND NOT (b->>'person' = person::text AND b->>'purpose' = purpose AND (b->>'version')::int = version
       AND (b->>'seq')::int = seq AND b->>'request' = request::text AND (b->>'ordinal')::int = ordinal AND b->>'event' = event::text
       AND b->>'type' = type AND (b->>'recordedAt')::timestamptz = recorded_at AND (b->>'occurredAt')::timestamptz = occurred_at)`,
    [fresh.id, person],
  );
  expect(rows[0]).toEqual({ wrong: 0 });
  return events.map(({ event }) => event);
}

test('a change is one event with its head, its outbox row and its sealed evidence, in one transaction', async () => {
  const answer = await change({ email: 'one@example.se', wishes: [wish('newsletter', 'grant')] });
  const [event] = await expectSound(answer.person);
  expect(answer.decisions).toEqual([expect.objectContaining({ status: 'given', allowed: true, version: 1, event: event?.event, recordedAt: event?.recordedAt })]);
  const outbox = await fresh.pool.query('SELECT seq FROM outbox WHERE ledger = $1 AND person = $2', [fresh.id, answer.person]);
  expect(outbox.rows).toEqual([{ seq: 1 }]);
  const sealed = await fresh.pool.query<{ kinds: string; sealed: Buffer; master: string; wrapped: Buffer }>(
    'SELECT v.kinds, v.sealed, k.master, k.wrapped FROM evidence v, person_keys k WHERE v.person = $1 AND k.person = $1',
    [answer.person],
  );
  const row = sealed.rows[0];
  if (!row || !event) throw new Error('no evidence');
  const key = fresh.keys.unwrap(answer.person, row);
  const items = openEvidence(key, { ledger: fresh.options.origin, person: answer.person, event: event.event }, row.kinds, row.sealed);
  expect(Object.fromEntries(items.map(({ kind, item }) => [kind, item.toString()]))).toEqual({ identifier: 'one@example.se', ip: '192.0.2.0/24', 'user-agent': 'test' });
  for (const { kind, random, item } of items) {
    expect(event.evidence?.[kind]).toBe(createHash('sha256').update(Buffer.of(2)).update(random).update(item).digest('hex'));
  }
});

test('100 writers on one stream leave no gap, no lost answer and an unbroken chain', async () => {
  const first = await change({ email: 'hundred@example.se', wishes: [wish('newsletter', 'grant')] });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, at) => change({ email: 'hundred@example.se', wishes: [wish('newsletter', at % 2 === 0 ? 'withdraw' : 'grant')] })),
  );
  const events = await expectSound(first.person);
  const written = answers.filter((answer) => answer.written).map((answer) => answer.decisions[0]?.event);
  expect(written.length).toBeGreaterThan(2);
  expect(new Set(written)).toEqual(new Set(events.slice(1).map((event) => event.event)));
  expect(answers.map((answer) => answer.decisions[0]?.version).every((version) => version && version <= events.length)).toBe(true);
});

test('writers of several processes on the same people lose nothing and write nothing twice', async () => {
  const people = Array.from({ length: 5 }, (_, at) => `shared.${at}@example.se`);
  const others = [fresh.ledger, new Ledger(fresh.options), new Ledger(fresh.options)];
  const calls = Array.from({ length: 150 }, (_, at) => ({ email: people[at % 5], ledger: others[at % 3], decision: Math.floor(at / 15) % 2 === 0 ? 'grant' : 'withdraw' }) as const);
  const answers = await Promise.all(calls.map(({ email, ledger, decision }) => change({ email, ledger, wishes: [wish('market-research', decision)] })));
  const persons = new Set(answers.map((answer) => answer.person));
  expect(persons.size).toBe(5);
  const written = new Set<string>();
  for (const person of persons) for (const event of await expectSound(person)) written.add(event.event);
  for (const answer of answers) expect(written).toContain(answer.decisions[0]?.event);
  const changed = new Set(answers.filter((answer) => answer.written).map((answer) => answer.decisions[0]?.event));
  expect(changed).toEqual(written);
});

test('one bad command in a batch of 100: it fails alone, 99 succeed', async () => {
  const calls = Array.from({ length: 100 }, (_, at) => change({ email: `batch.${at}@example.se`, wishes: [wish(at === 50 ? 'contract' : 'newsletter', 'grant')] }));
  const settled = await Promise.allSettled(calls);
  const failed = settled.filter((one) => one.status === 'rejected');
  expect(failed).toHaveLength(1);
  expect(failed[0]?.reason).toBeInstanceOf(Refusal);
  expect(settled.filter((one) => one.status === 'fulfilled' && one.value.written)).toHaveLength(99);
});

test('a call that breaks after it was decided writes nothing', async () => {
  const holder = { person: newHolderId(), kind: 'person' } as const;
  const decide = () => [{ purpose: '~person', draft: { type: 'right-requested', occurredAt: '2026-11-22T10:00:00.000000Z', fact: { right: 'access' }, after: {} } }] as const;
  const call = (answer: () => unknown) => ({ request: uuidv7(), units: [{ holder, purposes: [], facts: ['~person'], actor: SYSTEM, evidence: {}, decide }], answer }) as unknown as Parameters<Ledger['append']>[0];
  await expect(fresh.ledger.append(call(() => JSON.parse('{')))).rejects.toThrow(SyntaxError);
  await fresh.ledger.append(call(() => 'done'));
  const { rows } = await fresh.pool.query('SELECT seq FROM events WHERE person = $1', [holder.person]);
  expect(rows).toEqual([{ seq: 1 }]);
});

test('a statement that the database refuses fails its own call only', async () => {
  const bad = { scope: 'server/x', key: 'k', bodyHash: Buffer.alloc(1), get request() { return 'no-uuid'; } };
  const broken = change({ email: 'broken@example.se', wishes: [wish('newsletter', 'grant')], request: 'no-uuid' as string, idempotency: bad });
  const good = change({ email: 'sound@example.se', wishes: [wish('newsletter', 'grant')] });
  const [one, other] = await Promise.allSettled([broken, good]);
  expect(one.status).toBe('rejected');
  expect(other.status).toBe('fulfilled');
});

test('a new identifier that two processes claim at once leads to one person', async () => {
  const ledgers = [fresh.ledger, new Ledger(fresh.options)];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => change({ email: 'claimed@example.se', ledger: ledgers[at % 2], wishes: [wish('newsletter', 'grant')] })));
  expect(new Set(answers.map((answer) => answer.person)).size).toBe(1);
  expect(answers.filter((answer) => answer.written)).toHaveLength(1);
  const lookup = lookupOf(fresh.lookupKeys.keys, { kind: 'email', value: 'claimed@example.se' });
  const { rows } = await fresh.pool.query('SELECT person FROM identifiers WHERE lookup = $1', [lookup]);
  expect(rows).toEqual([{ person: answers[0]?.person }]);
});

test('a commit whose reply is lost is found by its request: nothing is written twice', async () => {
  let swallow = true;
  const connect = fresh.pool.connect.bind(fresh.pool);
  const flaky = Object.create(fresh.pool) as typeof fresh.pool;
  flaky.connect = (async () => {
    const client = await connect();
    const query = client.query.bind(client) as (config: { name?: string }) => Promise<unknown>;
    const lossy = Object.create(client) as typeof client;
    lossy.query = (async (config: { name?: string }) => {
      const result = await query(config);
      if (config.name !== 'append' || !swallow) return result;
      swallow = false;
      throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
    }) as never;
    lossy.release = () => client.release();
    return lossy;
  }) as never;
  const ledger = new Ledger({ ...fresh.options, pool: flaky });
  const answer = await change({ email: 'lost.reply@example.se', ledger, wishes: [wish('newsletter', 'grant')] });
  expect(swallow).toBe(false);
  const events = await expectSound(answer.person);
  expect(events).toHaveLength(1);
  expect(answer.decisions[0]).toMatchObject({ status: 'given', version: 1, event: events[0]?.event });
});

test('a database that does not answer makes calls unavailable within their patience, and no earlier answer is lost', async () => {
  const gone = Object.create(fresh.pool) as typeof fresh.pool;
  gone.connect = (() => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))) as never;
  const ledger = new Ledger({ ...fresh.options, pool: gone, patienceMs: 200 });
  await expect(change({ email: 'gone@example.se', ledger, wishes: [wish('newsletter', 'grant')] })).rejects.toBeInstanceOf(Unavailable);
});

test('one idempotency key has one effect, whichever process it reaches', async () => {
  const ledgers = [fresh.ledger, new Ledger(fresh.options), new Ledger(fresh.options)];
  const idempotency = { scope: 'server/crm', key: 'order-1', bodyHash: Buffer.from('a') };
  const settled = await Promise.allSettled(
    Array.from({ length: 60 }, (_, at) => change({ email: 'idem@example.se', ledger: ledgers[at % 3], idempotency, wishes: [wish('newsletter', 'grant')] })),
  );
  expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  const { rows } = await fresh.pool.query("SELECT count(*)::int AS answers FROM idempotency WHERE key = 'order-1'");
  expect(rows).toEqual([{ answers: 1 }]);
});

test('nothing can be recorded for a person at a time for which an answer was given', async () => {
  const { person } = await change({ email: 'known@example.se', wishes: [wish('newsletter', 'grant')] });
  const known = (Date.now() + 400) * 1000;
  await fresh.pool.query('UPDATE persons SET known_us = $2 WHERE person = $1', [person, known]);
  const answer = await change({ person, wishes: [wish('newsletter', 'withdraw')] });
  const [, second] = await expectSound(person);
  expect(Date.parse(second?.recordedAt ?? '')).toBeGreaterThanOrEqual(Math.floor(known / 1000));
  expect(answer.decisions[0]?.status).toBe('withdrawn');
});

test('several people behind one subject: what protects reaches each, what permits is refused', async () => {
  const one = await change({ email: 'twin.1@example.se', wishes: [wish('newsletter', 'grant')] });
  const other = await change({ email: 'twin.2@example.se', wishes: [wish('newsletter', 'grant')] });
  const holders = [one, other].map(({ person }) => ({ person, kind: 'person' as const }));
  const base = { request: uuidv7(), people: holders, actor: SYSTEM, notice: notice(), evidence: {} };
  await expect(changeConsent(fresh.ledger, async () => ({ ...base, wishes: [wish('market-research', 'grant')] }))).rejects.toMatchObject({ code: 'subject_ambiguous', status: 409 });
  const answer = await changeConsent(fresh.ledger, async () => ({ ...base, request: uuidv7(), wishes: [wish('newsletter', 'withdraw'), wish('market-research', 'grant')] }));
  expect(answer.decisions.filter((decision) => decision.purpose === 'newsletter').map((decision) => decision.status)).toEqual(['withdrawn', 'withdrawn']);
  expect(answer.decisions.filter((decision) => decision.purpose === 'market-research').map((decision) => decision.code)).toEqual(['subject_ambiguous', 'subject_ambiguous']);
});

test('a refused grant beside a withdrawal never stops the withdrawal, and carries its code', async () => {
  const { person } = await change({ email: 'mixed@example.se', wishes: [wish('newsletter', 'grant')] });
  const answer = await change({ person, wishes: [wish('newsletter', 'withdraw'), wish('statistics', 'grant'), wish('market-research', 'grant')] });
  expect(answer.decisions.map(({ purpose, status, code }) => [purpose, status, code])).toEqual([
    ['newsletter', 'withdrawn', undefined],
    ['statistics', 'unknown', 'wrong_holder'],
    ['market-research', 'unknown', 'not_applied'],
  ]);
});

/** The pool, where something else happens right before the first batch in which `when` holds is written. */
function meddledPool(when: () => boolean, meddle: () => Promise<unknown>): Pool {
  let done = false;
  const connect = async (): Promise<unknown> => {
    const client = await fresh.pool.connect();
    const query = async (text: { name?: string }, values?: unknown[]): Promise<unknown> => {
      if (text.name === 'append' && !done && when()) {
        done = true;
        await meddle();
      }
      return client.query(text as never, values as never);
    };
    return { query, release: client.release.bind(client), pipeline: false };
  };
  return { connect, query: fresh.pool.query.bind(fresh.pool) } as unknown as Pool;
}

test('a first answer names only what was written: one that rests on a call of its own batch falls with it', async () => {
  const email = 'rests@example.se';
  const object = (): Promise<ChangeAnswer> => change({ email, wishes: [wish('marketing-reach', 'object')] });
  const grant = (key: string, ledger: Ledger): Promise<ChangeAnswer> =>
    change({ email, ledger, wishes: [wish('newsletter', 'grant', { channels: ['email'] })], idempotency: { scope: 'server/crm', key, bodyHash: Buffer.from('a') } });
  const { person } = await change({ email, wishes: [wish('newsletter', 'withdraw')] });
  let [reached, together] = [false, false];
  const gate = async (): Promise<void> => {
    if (together) return;
    reached = true;
    await until(() => ledger.pending === 2, { what: 'two calls to wait for one batch' });
    together = true;
  };
  const batches: number[] = [];
  const ledger = new Ledger({ ...fresh.options, pool: meddledPool(() => batches.length === 1, object), mayWrite: gate, observe: ({ calls }) => batches.push(calls) });
  const first = change({ email: 'before@example.se', ledger, wishes: [wish('newsletter', 'withdraw')] });
  await until(() => reached);
  const answers = await Promise.all([first, grant('rests-1', ledger), grant('rests-2', ledger)]);
  expect(batches[1]).toBe(2);
  const written = new Set((await expectSound(person)).map(({ event }) => event));
  for (const { decisions } of answers.slice(1)) expect(written).toContain(decisions[0]?.event);
  const { rows } = await fresh.pool.query<{ answer: string }>("SELECT answer FROM idempotency WHERE key LIKE 'rests-%'");
  expect(rows).toHaveLength(2);
  for (const { answer } of rows) expect(written).toContain((JSON.parse(answer) as ChangeAnswer).decisions[0]?.event);
  await ledger.close();
});

describe('whatever is decided, in whatever order', () => {
  const purposes = ['newsletter', 'electronic-marketing', 'partner-sharing', 'marketing-reach', 'contract'];
  const decisions = ['request', 'grant', 'refuse', 'withdraw', 'object', 'lift'] as const;
  const step = fc.record({
    purpose: fc.constantFrom(...purposes),
    decision: fc.constantFrom(...decisions),
    channels: fc.option(fc.subarray(['app', 'sms', 'social'], { minLength: 1 }), { nil: undefined }),
    partners: fc.option(fc.subarray(['alpha', 'beta', 'gamma'], { minLength: 1 }), { nil: undefined }),
  });

  test('heads equal the fold of the events, and the chain holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const email = `${newHolderId()}@example.se`;
        const calls = steps.map(({ purpose, decision, channels, partners }) => change({ email, wishes: [wish(purpose, decision, { channels, partners })] }).catch((error: unknown) => error));
        const results = await Promise.all(calls);
        const person = results.find((one): one is ChangeAnswer => !(one instanceof Error))?.person;
        if (person === undefined) return;
        const events = await expectSound(person);
        const folded = new Map<string, Stream>();
        for (const event of events) {
          const purpose = fresh.catalogue.purposes.get(event.purpose);
          const before = folded.get(event.purpose) ?? (purpose ? emptyStream(purpose) : undefined);
          if (before) folded.set(event.purpose, evolve(before, event));
        }
        const { rows } = await fresh.pool.query<{ purpose: string; state: string; status: string; allowed: boolean; version: number }>('SELECT purpose, state, status, allowed, version FROM heads WHERE person = $1', [person]);
        for (const row of rows) {
          expect(JSON.parse(row.state)).toEqual(JSON.parse(JSON.stringify(folded.get(row.purpose))));
          expect(folded.get(row.purpose)).toMatchObject({ status: row.status, allowed: row.allowed, version: row.version });
        }
        expect(rows).toHaveLength(folded.size);
      }),
      { numRuns: 25 },
    );
  });
});

test('nothing is recorded before the newest checkpoint’s time, whatever the clock of this machine says', async () => {
  const signed = '2031-01-01T00:00:00.000000Z';
  await fresh.pool.query(`INSERT INTO checkpoints (ledger, size, root, signed_at, note) VALUES ($1, 1, '', $2, '')`, [fresh.id, signed]);
  const ledger = new Ledger(fresh.options);
  const answers = await Promise.all(Array.from({ length: 3 }, (_, at) => change({ email: `ahead-${at}@example.se`, wishes: [wish('newsletter', 'grant')], ledger })));
  for (const { decisions, person } of answers) {
    expect((decisions[0]?.recordedAt ?? '') >= signed).toBe(true);
    await expectSound(person);
  }
  await ledger.close();
});
