import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { allInEffect, decideFact, decideOverride, decidePreferences, personAfter, type PersonFact, type Stream } from '#consent';
import type { LedgerEvent } from '#contracts';
import { createPool, KEYED_LOOKUPS } from '#database';
import { changeConsent, Ledger, mergeFrom, newHolderId, nowMicros, personCall, streamsOf, timeText, uuidv7, wholePerson, type Entry, type View } from '#ledger';
import { freshLedger, until, type FreshLedger } from '#testing';
import type { RoundOptions } from './consequence.js';
import { expiry } from './expiry.js';
import type { Job } from './follow-log.js';
import { merges } from './merges.js';
import { retention } from './retention.js';
import { rightsRegister } from './rights.js';
import { timerRegister, timers } from './timers.js';

const DAY_US = 86_400_000_000;
const always = { leads: () => true, signal: new AbortController().signal };
const fromNow = (days: number): string => timeText(nowMicros() + days * DAY_US);
const system = { kind: 'system', id: 'crm' } as const;

let fresh: FreshLedger;
let options: RoundOptions;
let close: () => Promise<void>;
beforeAll(async () => {
  fresh = await freshLedger();
  const pool = createPool({ url: fresh.url, name: 'worker', max: 5, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const appender = new Ledger({ ...fresh.options, pool });
  options = { pool, ledger: fresh.id, appender, log: pino({ level: 'silent' }), catalogue: async () => fresh.catalogue };
  close = async () => {
    await appender.close();
    await pool.end();
  };
});
afterAll(async () => {
  await close();
  await fresh.close();
});

const purposeOf = (id: string) => {
  const purpose = fresh.catalogue.purposes.get(id);
  if (!purpose) throw new Error('no purpose');
  return purpose;
};
const people = () => [...fresh.catalogue.purposes.values()].filter(({ holder }) => holder === 'person');
const decide = (person: string, purpose: string, decision: 'grant' | 'withdraw' | 'object') =>
  changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose: purposeOf(purpose), decision }], actor: system, notice: fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv'), evidence: {} }));
const write = (person: string, entries: (view: View) => Entry[]): Promise<LedgerEvent[]> =>
  fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: system, purposes: people(), decide: entries }));
const stream = async (person: string, purpose: string): Promise<Stream | undefined> => fresh.reader.heads.load({ person, purpose });
const types = async (person: string): Promise<string[]> =>
  (await fresh.pool.query<{ type: string }>('SELECT type FROM events WHERE person = $1 ORDER BY seq', [person])).rows.map(({ type }) => type);

/** As if everything about this person had been recorded and decided that many days ago. */
async function age(person: string, days: number): Promise<void> {
  const then = fromNow(-days);
  const { rows } = await fresh.pool.query<{ purpose: string; state: string }>('SELECT purpose, state FROM heads WHERE person = $1', [person]);
  for (const { purpose, state } of rows) {
    const old = JSON.stringify({ ...(JSON.parse(state) as Stream), since: then, recordedAt: then });
    await fresh.pool.query('UPDATE heads SET state = $3 WHERE person = $1 AND purpose = $2', [person, purpose, old]);
  }
}

/** Somebody whose only word is a "no" of long ago. */
async function longGone(): Promise<string> {
  const person = newHolderId();
  await decide(person, 'newsletter', 'withdraw');
  await age(person, 5_000);
  return person;
}

async function merge(person: string, into: string): Promise<void> {
  const { pool, appender, catalogue } = options;
  const merged = await mergeFrom({ pool, ledger: fresh.id, appender, purposes: people(), publications: [] }, { person, into, request: uuidv7(), actor: system });
  await merges({ pool, ledger: fresh.id, appender, catalogue }).handle(merged.at(-1) as LedgerEvent);
}

test('a hold on somebody who was merged into another keeps that other, with whom he would go', async () => {
  const [person, part, part2] = [newHolderId(), newHolderId(), newHolderId()];
  await decide(person, 'newsletter', 'grant');
  await decide(person, 'newsletter', 'withdraw');
  await age(person, 5_000);
  for (const [one, into] of [[part, person], [part2, part]]) await fresh.pool.query('INSERT INTO merges (ledger, person, into_person) VALUES ($1, $2, $3)', [fresh.id, one, into]);
  await fresh.pool.query(`INSERT INTO holds (ledger, person, id, ground, since, set_by) VALUES ($1, $2, $3, 'claim', now(), 'crm')`, [fresh.id, part2, newHolderId()]);
  await retention(options).run(always);
  expect(await types(person)).not.toContain('person-erased');
  await fresh.pool.query(`UPDATE holds SET until = now() - interval '1 second' WHERE person = $1`, [part2]);
  await retention(options).run(always);
  expect(await types(person)).toContain('person-erased');
});

test('a hold that is set while an erasure is on its way keeps him', async () => {
  const person = await longGone();
  const setter = await fresh.pool.connect();
  try {
    await setter.query('BEGIN');
    await setter.query('SELECT FROM persons WHERE person = $1 FOR SHARE', [person]);
    const round = retention(options).run(always);
    await until(async () => (await fresh.pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount === 1, { what: 'an erasure that waits for the hold' });
    await setter.query(`INSERT INTO holds (ledger, person, id, ground, since, set_by) VALUES ($1, $2, $3, 'claim', now(), 'crm')`, [fresh.id, person, newHolderId()]);
    await setter.query('COMMIT');
    await round;
  } finally {
    setter.release(true);
  }
  expect(await types(person)).not.toContain('person-erased');
  await fresh.pool.query('DELETE FROM holds WHERE person = $1', [person]);
  await retention(options).run(always);
  expect((await types(person)).at(-1)).toBe('person-erased');
});

test('a merged person whose time is over stays as long as a proof of anybody who was merged into him must be kept', async () => {
  const [whole, between, part] = [newHolderId(), newHolderId(), newHolderId()];
  await decide(part, 'newsletter', 'grant');
  for (const person of [whole, between]) await decide(person, 'newsletter', 'withdraw');
  await merge(part, between);
  await merge(between, whole);
  for (const person of [whole, between]) await age(person, 5_000);
  await retention(options).run(always);
  expect(await types(whole)).not.toContain('person-erased');
  await age(part, 5_000);
  await retention(options).run(always);
  expect((await types(whole)).at(-1)).toBe('person-erased');
});

test('for how long a proof is kept is asked anew while a round runs: what a catalogue says since then counts', async () => {
  const person = await longGone();
  await fresh.pool.query(`INSERT INTO persons SELECT $1, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person', 1, 1, 0, 0, '\\x00' FROM generate_series(1, 500) n`, [fresh.id]);
  let asked = 0;
  const catalogue: RoundOptions['catalogue'] = async () => {
    asked += 1;
    return asked === 1 ? fresh.catalogue : { ...fresh.catalogue, purposes: new Map([...fresh.catalogue.purposes].map(([id, purpose]) => [id, { ...purpose, proofMonths: 600 }])) };
  };
  await retention({ ...options, catalogue }).run(always);
  expect(await types(person)).not.toContain('person-erased');
  await fresh.pool.query(`DELETE FROM persons WHERE person::text LIKE '00000000-0000-4000-8000-%'`);
});

test('whoever’s proofs were kept long enough is erased once, reason retention; nobody on whom a hold stands, nor who has anything left', async () => {
  const [over, held, recent, standing, objector] = Array.from({ length: 5 }, newHolderId) as [string, string, string, string, string];
  for (const person of [over, held, recent, standing, objector]) await decide(person, 'newsletter', 'grant');
  for (const person of [over, held, recent, objector]) await decide(person, 'newsletter', 'withdraw');
  await decide(objector, 'marketing-reach', 'object');
  for (const person of [over, held, standing, objector]) await age(person, 5_000);
  await fresh.pool.query(`INSERT INTO holds (ledger, person, id, ground, since, set_by) VALUES ($1, $2, $3, 'claim', now(), 'crm')`, [fresh.id, held, newHolderId()]);
  expect(await retention(options).run(always)).toBeGreaterThan(0);
  expect(await retention(options).run(always)).toBe(0);
  expect((await types(over)).at(-1)).toBe('person-erased');
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq DESC LIMIT 1', [over]);
  expect(JSON.parse(rows[0]?.bytes.toString() ?? '{}')).toMatchObject({ reason: 'retention', purpose: '~person', actor: { kind: 'ledger', id: 'retention' }, after: { erased: true } });
  for (const person of [held, recent, standing, objector]) expect(await types(person)).not.toContain('person-erased');
  await fresh.pool.query(`UPDATE holds SET until = now() - interval '1 second' WHERE person = $1`, [held]);
  expect(await retention(options).run(always)).toBeGreaterThan(0);
  expect((await types(held)).at(-1)).toBe('person-erased');
});

test('a person’s no to what devices are asked is a word of his, which is kept as long as any other', async () => {
  const [only, besides] = [newHolderId(), newHolderId()];
  for (const purpose of ['newsletter', 'statistics']) await decide(besides, purpose, 'withdraw');
  await decide(only, 'statistics', 'withdraw');
  await age(only, 5_000);
  await age(besides, 5_000);
  await decide(besides, 'statistics', 'withdraw');
  await retention(options).run(always);
  expect((await types(only)).at(-1)).toBe('person-erased');
  expect(await types(besides)).not.toContain('person-erased');
});

test('nobody who is restricted or suppressed is erased by retention, however long ago; once that has ended, he is', async () => {
  const facts = {
    restricted: [{ kind: 'restrict', ground: 'eu-gdpr:A18-1-c' }, { kind: 'lift-restriction', ground: 'x' }],
    suppressed: [{ kind: 'suppress' }, { kind: 'end-suppression' }],
    silenced: [{ kind: 'suppress', channels: ['email'] }, { kind: 'end-suppression', channels: ['email'] }],
  } as const satisfies Record<string, PersonFact[]>;
  const state = (person: string, fact: PersonFact) => write(person, (view) => decideFact(fact, view.person, streamsOf(view, people()), view.recordedAt));
  const concerned = Object.values(facts).map(([begin, end]) => ({ person: newHolderId(), begin, end }));
  for (const { person, begin } of concerned) {
    await decide(person, 'newsletter', 'grant');
    await decide(person, 'newsletter', 'withdraw');
    await state(person, begin);
    await age(person, 5_000);
  }
  await retention(options).run(always);
  for (const { person, end } of concerned) {
    expect(await types(person)).not.toContain('person-erased');
    await state(person, end);
    await age(person, 5_000);
  }
  await retention(options).run(always);
  for (const { person } of concerned) expect((await types(person)).at(-1)).toBe('person-erased');
});

async function follow(job: Job = timerRegister({ pool: options.pool, ledger: fresh.id })): Promise<void> {
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events ORDER BY recorded_at, person, seq');
  for (const { bytes } of rows) {
    const event = JSON.parse(bytes.toString()) as LedgerEvent;
    if (job.types.includes(event.type)) await job.handle(event);
  }
}

const complain = (person: string): Promise<LedgerEvent[]> =>
  write(person, (view) => [wholePerson({ type: 'right-requested', occurredAt: view.recordedAt, fact: { right: 'complaint', due: fromNow(30) }, after: personAfter(view.person) })]);
const answer = (person: string, [asked]: LedgerEvent[]): Promise<LedgerEvent[]> =>
  write(person, (view) => [wholePerson({ type: 'right-closed', occurredAt: view.recordedAt, causes: asked && [asked.event], fact: { right: 'complaint', outcome: 'done' }, after: personAfter(view.person) })]);

test('nobody is erased by retention while he, or whoever was merged into him, waits for an answer; once it was given, he is', async () => {
  const [asking, unread, whole, part] = [await longGone(), await longGone(), await longGone(), await longGone()];
  const asked = [await complain(asking), await complain(part)];
  await merge(part, whole);
  for (const person of [part, whole]) await age(person, 5_000);
  await follow(rightsRegister({ pool: options.pool, ledger: fresh.id }));
  asked.push(await complain(unread));
  await retention(options).run(always);
  for (const person of [asking, unread, whole]) expect(await types(person)).not.toContain('person-erased');
  for (const [at, person] of [asking, part, unread].entries()) await answer(person, asked[at] ?? []);
  await follow(rightsRegister({ pool: options.pool, ledger: fresh.id }));
  await retention(options).run(always);
  for (const person of [asking, unread, whole]) expect((await types(person)).at(-1)).toBe('person-erased');
});

test('a complaint that comes in the moment in which its writer would be erased is not erased with him', async () => {
  const person = await longGone();
  const { appender } = options;
  const append: Ledger['append'] = async (call, more) => {
    if (call.units.some(({ holder }) => holder.person === person)) await complain(person);
    return appender.append(call, more);
  };
  await retention({ ...options, appender: Object.assign(Object.create(appender) as Ledger, { append }) }).run(always);
  expect((await types(person)).at(-1)).toBe('right-requested');
});

/** Brings the end of what was given a time into the past, where the timers look and where it is judged. */
async function elapse(person: string, kind = '%'): Promise<void> {
  await fresh.pool.query(`UPDATE timers SET until = now() - interval '1 second' WHERE person = $1 AND kind LIKE $2`, [person, kind]);
  for (const [table, member] of [['persons', 'restrictedUntil'], ['heads', 'overriddenUntil']]) {
    await fresh.pool.query(`UPDATE ${table} SET state = jsonb_set(state::jsonb, ARRAY[$2], to_jsonb($3::text))::text WHERE person = $1 AND state::jsonb ? $2`, [person, member, fromNow(-1)]);
  }
}

test('a restriction and an override that were given a time end with it, once', async () => {
  const [restricted, overridden] = [newHolderId(), newHolderId()];
  await decide(restricted, 'newsletter', 'grant');
  await write(restricted, (view) => decideFact({ kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: fromNow(30) }, view.person, streamsOf(view, people()), view.recordedAt));
  await decide(overridden, 'security-audit', 'object');
  await write(overridden, (view) => {
    const purpose = purposeOf('security-audit');
    const outcome = decideOverride({ ground: 'incident', until: fromNow(30) }, view.stream(purpose), purpose, view.recordedAt);
    return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
  });
  await follow();
  expect(await timers(options).run(always)).toBe(0);
  await elapse(restricted);
  await elapse(overridden);
  expect(await timers(options).run(always)).toBeGreaterThan(0);
  expect(await stream(restricted, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
  expect(await stream(overridden, 'security-audit')).toMatchObject({ status: 'objected', allowed: false });
  await follow();
  expect(await timers(options).run(always)).toBe(0);
});

test('a pause that is over lets what was chosen be in force again; one that was prolonged a moment before goes on', async () => {
  const [over, prolonged] = [newHolderId(), newHolderId()];
  const pause = (person: string, time: string): Promise<LedgerEvent[]> =>
    write(person, (view) => {
      const purpose = purposeOf('newsletter');
      const before = view.stream(purpose);
      const outcome = decidePreferences({ pausedUntil: time }, before, purpose, view.recordedAt);
      return outcome.kind === 'done' ? allInEffect(outcome.drafts, purpose, before, view.person, view.recordedAt).map((draft) => ({ purpose, draft })) : [];
    });
  const soon = timeText(nowMicros() + 400_000);
  for (const person of [over, prolonged]) {
    await decide(person, 'newsletter', 'grant');
    await pause(person, soon);
  }
  await follow();
  await pause(prolonged, fromNow(30));
  await until(() => Date.now() > Date.parse(soon));
  await timers(options).run(always);
  expect(await stream(over, 'newsletter')).toMatchObject({ status: 'given', allowed: true, channels: ['email'] });
  expect((await stream(over, 'newsletter'))?.preferences).toBeUndefined();
  expect(await stream(prolonged, 'newsletter')).toMatchObject({ allowed: false });
});

const pauseOf = (person: string, purposeId: string, time: string): Promise<LedgerEvent[]> =>
  write(person, (view) => {
    const purpose = purposeOf(purposeId);
    const before = view.stream(purpose);
    const outcome = decidePreferences({ pausedUntil: time }, before, purpose, view.recordedAt);
    return outcome.kind === 'done' ? allInEffect(outcome.drafts, purpose, before, view.person, view.recordedAt).map((draft) => ({ purpose, draft })) : [];
  });
const fact = (person: string, one: PersonFact): Promise<LedgerEvent[]> => write(person, (view) => decideFact(one, view.person, streamsOf(view, people()), view.recordedAt));
const timerOf = async (person: string, purpose = '~person'): Promise<{ event: string; until: Date } | undefined> =>
  (await fresh.pool.query<{ event: string; until: Date }>('SELECT event, until FROM timers WHERE person = $1 AND purpose = $2', [person, purpose])).rows[0];

test('what goes on through other events ends at its own time: a restriction under a pause, an override under a preference', async () => {
  const [restricted, overridden] = [newHolderId(), newHolderId()];
  await decide(restricted, 'newsletter', 'grant');
  const until = fromNow(30);
  const begun = await fact(restricted, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until });
  await fact(restricted, { kind: 'suppress', channels: ['sms'] });
  await decide(overridden, 'security-audit', 'object');
  await write(overridden, (view) => {
    const purpose = purposeOf('security-audit');
    const outcome = decideOverride({ ground: 'incident', until }, view.stream(purpose), purpose, view.recordedAt);
    return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
  });
  await write(overridden, (view) => {
    const purpose = purposeOf('security-audit');
    const before = view.stream(purpose);
    const outcome = decidePreferences({ language: 'da' }, before, purpose, view.recordedAt);
    return outcome.kind === 'done' ? allInEffect(outcome.drafts, purpose, before, view.person, view.recordedAt).map((draft) => ({ purpose, draft })) : [];
  });
  await follow();
  expect(await timerOf(restricted)).toMatchObject({ event: begun.at(-1)?.event });
  expect((await timerOf(overridden, 'security-audit'))?.until.toISOString()).toBe(new Date(until).toISOString());
  for (const person of [restricted, overridden]) await elapse(person);
  expect(await timers(options).run(always)).toBeGreaterThan(0);
  expect(await stream(restricted, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
  expect(await stream(overridden, 'security-audit')).toMatchObject({ status: 'objected', allowed: false, preferences: { language: 'da' } });
});

test('a pause that ends first ends neither the override nor the restriction under it, nor their ends', async () => {
  const [restricted, overridden, both] = [newHolderId(), newHolderId(), newHolderId()];
  const override = (person: string): Promise<LedgerEvent[]> =>
    write(person, (view) => {
      const purpose = purposeOf('security-audit');
      const outcome = decideOverride({ ground: 'incident', until: fromNow(60) }, view.stream(purpose), purpose, view.recordedAt);
      return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
    });
  await decide(restricted, 'newsletter', 'grant');
  await fact(restricted, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: fromNow(60) });
  const soon = timeText(nowMicros() + 700_000);
  await fact(restricted, { kind: 'pause', until: soon });
  for (const person of [overridden, both]) {
    await decide(person, 'security-audit', 'object');
    await override(person);
  }
  await pauseOf(overridden, 'security-audit', soon);
  await fact(both, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: fromNow(30) });
  await follow();
  await until(() => Date.now() > Date.parse(soon));
  await timers(options).run(always);
  expect(await stream(overridden, 'security-audit')).toMatchObject({ status: 'objected', allowed: true });
  expect(await stream(restricted, 'newsletter')).toMatchObject({ status: 'restricted', allowed: false });
  await fact(both, { kind: 'lift-restriction', ground: 'time-over' });
  await follow();
  for (const person of [restricted, overridden, both]) await elapse(person, 'stand');
  await timers(options).run(always);
  expect(await stream(restricted, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
  for (const person of [overridden, both]) expect(await stream(person, 'security-audit')).toMatchObject({ status: 'objected', allowed: false });
});

test('a pause ends also where the event that set it has had another consequence', async () => {
  const [person, soon] = [newHolderId(), timeText(nowMicros() + 400_000)];
  await decide(person, 'newsletter', 'grant');
  const [event] = await pauseOf(person, 'newsletter', soon);
  const job = { holder: { person, kind: 'person' as const }, actor: { kind: 'ledger' as const, id: 'other' }, purposes: people() };
  await fresh.ledger.append(personCall({ ...job, request: event?.event ?? '', decide: (view) => decideFact({ kind: 'suppress', channels: ['sms'] }, view.person, streamsOf(view, people()), view.recordedAt) }));
  await follow();
  await until(() => Date.now() > Date.parse(soon));
  await timers(options).run(always);
  expect(await stream(person, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
});

test('two ends that one event has set both come, the pause’s first, also where they are due at once', async () => {
  const [person, soon] = [newHolderId(), timeText(nowMicros() + 400_000)];
  await decide(person, 'security-audit', 'object');
  const [event] = await write(person, (view) => {
    const purpose = purposeOf('security-audit');
    const outcome = decideOverride({ ground: 'incident', until: soon }, view.stream(purpose), purpose, view.recordedAt);
    return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
  });
  await pauseOf(person, 'security-audit', soon);
  await follow();
  await fresh.pool.query('UPDATE timers SET event = $2 WHERE person = $1', [person, event?.event]);
  await until(async () => (await fresh.pool.query('SELECT 1 FROM timers WHERE person = $1 AND until < now()', [person])).rowCount === 2);
  await timers(options).run(always);
  expect(await stream(person, 'security-audit')).toMatchObject({ status: 'objected', allowed: false });
  const { rows } = await fresh.pool.query<{ type: string }>(`SELECT type FROM events WHERE person = $1 AND purpose = 'security-audit' ORDER BY seq DESC LIMIT 2`, [person]);
  expect(rows.map(({ type }) => type)).toEqual(['objection-raised', 'preferences-changed']);
});

test('a restriction that is prolonged ends at the later time, and not at the first', async () => {
  const person = newHolderId();
  await decide(person, 'newsletter', 'grant');
  const soon = timeText(nowMicros() + 300_000);
  await fact(person, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: soon });
  await follow();
  const prolonged = await fact(person, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: fromNow(30) });
  await follow();
  await until(() => Date.now() > Date.parse(soon));
  await timers(options).run(always);
  expect(await stream(person, 'newsletter')).toMatchObject({ status: 'restricted', allowed: false });
  expect(await timerOf(person)).toMatchObject({ event: prolonged.at(-1)?.event });
  await elapse(person);
  await timers(options).run(always);
  expect(await stream(person, 'newsletter')).toMatchObject({ status: 'given', allowed: true });
});

test('what was prolonged ends at its own time, also where the worker has not read yet that it was', async () => {
  const [restricted, overridden] = [newHolderId(), newHolderId()];
  const soon = timeText(nowMicros() + 300_000);
  const override = (time: string): Promise<LedgerEvent[]> =>
    write(overridden, (view) => {
      const purpose = purposeOf('security-audit');
      const outcome = decideOverride({ ground: 'incident', until: time }, view.stream(purpose), purpose, view.recordedAt);
      return outcome.kind === 'done' ? outcome.drafts.map((draft) => ({ purpose, draft })) : [];
    });
  await decide(restricted, 'newsletter', 'grant');
  await fact(restricted, { kind: 'restrict', ground: 'eu-gdpr:A18-1-a', until: soon });
  await decide(overridden, 'security-audit', 'object');
  await override(soon);
  await follow();
  await fact(restricted, { kind: 'restrict', ground: 'eu-gdpr:A18-1-c' });
  await decide(overridden, 'security-audit', 'object');
  await override(fromNow(30));
  await until(() => Date.now() > Date.parse(soon));
  expect(await timers(options).run(always)).toBe(0);
  expect(await stream(restricted, 'newsletter')).toMatchObject({ status: 'restricted', allowed: false });
  expect(await stream(overridden, 'security-audit')).toMatchObject({ status: 'objected', allowed: true });
  await follow();
  expect(await timerOf(restricted)).toBeUndefined();
  expect((await timerOf(overridden, 'security-audit'))?.until.getTime()).toBeGreaterThan(Date.now());
});

describe('a pause that a grant goes on with', () => {
  /** A purpose of people that ends by itself. */
  const mortal = () => ({ ...purposeOf('electronic-marketing'), validMonths: 1 });
  const known = async () => ({ ...fresh.catalogue, purposes: new Map([...fresh.catalogue.purposes, ['electronic-marketing', mortal()]]) });
  const give = (person: string, occurredAt?: string) =>
    changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose: mortal(), decision: 'grant' }], actor: system, notice: fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv'), evidence: {}, occurredAt }));
  /** The consent has run out, and so has the pause. */
  async function overdue(person: string): Promise<void> {
    await follow();
    const past = fromNow(-1);
    const { rows } = await fresh.pool.query<{ state: string }>(`SELECT state FROM heads WHERE person = $1 AND purpose = 'electronic-marketing'`, [person]);
    const state = { ...(JSON.parse(rows[0]?.state ?? '{}') as Stream), validUntil: past };
    await fresh.pool.query(`UPDATE heads SET state = $2, valid_until = $3 WHERE person = $1 AND purpose = 'electronic-marketing'`, [person, JSON.stringify(state), past]);
  }

  test.each(['of the purpose', 'of the whole person'])('%s ends, and the consent’s expiry is written all the same, once', async (whose) => {
    const person = newHolderId();
    const soon = timeText(nowMicros() + 300_000);
    if (whose === 'of the purpose') {
      await give(person);
      await pauseOf(person, 'electronic-marketing', soon);
    } else await fact(person, { kind: 'pause', until: soon });
    await give(person);
    await follow();
    await until(() => Date.now() > Date.parse(soon));
    await timers({ ...options, catalogue: known }).run(always);
    expect(await stream(person, 'electronic-marketing')).toMatchObject({ allowed: true });
    await overdue(person);
    await expiry({ ...options, catalogue: known }).run(always);
    await expiry({ ...options, catalogue: known }).run(always);
    const { rows } = await fresh.pool.query<{ bytes: Buffer }>(`SELECT bytes FROM events WHERE person = $1 AND purpose = 'electronic-marketing' ORDER BY seq`, [person]);
    const events = rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
    expect(events.filter(({ reason }) => reason === 'expired')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: 'consent-withdrawn', causes: [events.findLast(({ type }) => type === 'consent-granted')?.event], after: { status: 'expired', allowed: false } });
  });
});
