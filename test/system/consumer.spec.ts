import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createConsumer, pgStore, type Consumer } from '#consumer';
import { until } from '#testing';
import { LEDGER_PERSON, LEDGER_PURPOSE, WHOLE_PERSON, type LedgerEvent } from '#contracts';
import { createWorld, eventMessage, type World } from './consumer-world.js';

let world: World;
let ending: Consumer | undefined;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  await ending?.stop();
  await world.close();
});

const stateOf = async (person: string, purpose = 'newsletter') => {
  const sql = 'SELECT version, allowed, status FROM samtycke_consumer.consent_state WHERE person = $1 AND purpose = $2';
  return (await world.pool.query<{ version: number; allowed: boolean; status: string }>(sql, [person, purpose])).rows[0];
};

describe('an event', () => {
  test('is applied in the system’s own database, seen by `may` at once, and acknowledged by its id', async () => {
    const consumer = await world.consume();
    const person = randomUUID();
    const grant = world.writer.grant(person, 'newsletter', { channels: ['email'] });
    await world.writer.send(grant);
    const [ack] = await world.acknowledged(grant);
    expect(ack).toMatchObject({ system: 'test', event: grant.event, person, purpose: 'newsletter', version: 1, outcome: 'applied' });
    expect(ack?.appliedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await stateOf(person)).toEqual({ version: 1, allowed: true, status: 'given' });
    expect(consumer.may(person, 'newsletter')).toBe(true);
    expect(consumer.may(person, 'newsletter', 'email')).toBe(true);
    expect(consumer.may(person, 'newsletter', 'sms')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter', 'email')).toBe(true);
    expect(await consumer.mayNow(person, 'newsletter', 'sms')).toBe(false);
  });

  test('that comes again is harmless, and acknowledged as a repeat with the time at which it was applied', async () => {
    const handled: string[] = [];
    await world.consume({ handlers: { onEvent: (event) => void handled.push(event.id) } });
    const grant = world.writer.grant(randomUUID());
    await world.writer.sendEvents(grant);
    const [first] = await world.acknowledged(grant);
    await world.writer.sendEvents(grant, grant);
    const acks = await until(async () => {
      const found = await world.acks();
      return found.length === 3 && found;
    });
    expect(acks.map(({ outcome }) => outcome).sort()).toEqual(['applied', 'repeat', 'repeat']);
    expect(handled).toEqual([grant.event]);
    const repeat = acks.find(({ outcome }) => outcome === 'repeat');
    expect(Date.parse(repeat?.appliedAt ?? '')).toBeLessThanOrEqual(Date.parse(first?.appliedAt ?? ''));
  });

  test('of a grant that is repeated late never undoes the withdrawal after it', async () => {
    const consumer = await world.consume();
    const person = randomUUID();
    const grant = world.writer.grant(person);
    const withdrawal = world.writer.withdraw(person);
    await world.writer.sendEvents(grant, withdrawal);
    await world.acknowledged(grant, withdrawal);
    await world.writer.sendEvents(grant);
    await until(async () => (await world.acks()).length === 3);
    expect(await stateOf(person)).toEqual({ version: 2, allowed: false, status: 'withdrawn' });
    expect(consumer.may(person, 'newsletter')).toBe(false);
  });

  test('of another system’s purpose is acknowledged as not mine, and not kept', async () => {
    await world.consume({ purposes: ['newsletter'] });
    const person = randomUUID();
    const grant = world.writer.grant(person, 'statistics');
    await world.writer.sendEvents(grant);
    expect((await world.acknowledged(grant))[0]?.outcome).toBe('not-mine');
    expect(await stateOf(person, 'statistics')).toBeUndefined();
  });

  test('is one of thousands: every one is acknowledged exactly by its own id, in order for each person', async () => {
    const seen = new Map<string, number[]>();
    await world.consume({
      handlers: { onEvents: (events) => events.forEach(({ data }) => seen.set(data.person, [...(seen.get(data.person) ?? []), data.version])) },
    });
    const people = Array.from({ length: 200 }, () => randomUUID());
    const events = Array.from({ length: 20 }, (_, round) => people.map((person) => (round % 2 ? world.writer.withdraw(person) : world.writer.grant(person)))).flat();
    await world.writer.sendEvents(...events);
    const acks = await world.acknowledged(...events);
    expect(acks).toHaveLength(4_000);
    expect(acks.every(({ outcome }) => outcome === 'applied')).toBe(true);
    const inOrder = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const person of people) expect(seen.get(person)).toEqual(inOrder);
  });
});

describe('a message that cannot be applied', () => {
  const faults = {
    'bad JSON': { value: '{"person":', reason: 'not-json' },
    'no value': { value: null, reason: 'not-json' },
    'the wrong shape': { value: JSON.stringify({ person: 'x', purpose: 'newsletter', version: 1 }), reason: 'wrong-shape' },
    'a list instead of an object': { value: '[]', reason: 'wrong-shape' },
    'a value that PostgreSQL cannot store': { preferences: { language: '\u0000' }, reason: 'not-storable' },
  };
  test.each(Object.entries(faults))('(%s) is parked with its reason and origin, acknowledged as parked, and all after it is applied', async (_, fault) => {
    const consumer = await world.consume();
    const person = randomUUID();
    const poison = world.writer.grant(person, 'newsletter', 'preferences' in fault ? { preferences: fault.preferences } : {});
    const after = world.writer.grant(person, 'market-research');
    const others = Array.from({ length: 50 }, () => world.writer.grant(randomUUID()));
    await world.writer.sendRaw('events', { ...eventMessage(poison), ...('value' in fault && { value: fault.value }) });
    await world.writer.sendEvents(after, ...others);
    const acks = await world.acknowledged(poison, after, ...others);
    expect(acks.find(({ event }) => event === poison.event)).toMatchObject({ outcome: 'parked', person, purpose: 'newsletter', version: 1 });
    expect(acks.filter(({ outcome }) => outcome === 'applied')).toHaveLength(51);
    expect(consumer.may(person, 'market-research')).toBe(true);
    const [letter, ...more] = await world.dead();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({ key: person, value: 'value' in fault ? (fault.value === null ? null : fault.value) : String(eventMessage(poison).value) });
    expect(letter?.headers).toMatchObject({ dead_reason: fault.reason, dead_system: 'test', dead_topic: world.topics.names.events, dead_partition: expect.stringMatching(/^\d+$/), dead_offset: expect.stringMatching(/^\d+$/), ce_id: poison.event });
  });

  const throwers = { Error, TypeError, SyntaxError, RangeError };
  test.each(Object.entries(throwers))('because a handler throws a %s is rolled back and parked; all after it is applied', async (name, Thrown) => {
    await world.pool.query('CREATE TABLE notes (event uuid)');
    const poison = world.writer.grant(randomUUID());
    const consumer = await world.consume({
      handlers: {
        onEvent: async (event, transaction) => {
          await transaction.query('INSERT INTO notes VALUES ($1)', [event.id]);
          if (event.id === poison.event) throw new Thrown('anna@example.se');
        },
      },
    });
    const others = Array.from({ length: 40 }, () => world.writer.grant(randomUUID()));
    await world.writer.sendEvents(...others.slice(0, 20), poison, ...others.slice(20));
    const acks = await world.acknowledged(poison, ...others);
    expect(acks.filter(({ outcome }) => outcome === 'parked').map(({ event }) => event)).toEqual([poison.event]);
    const { rows } = await world.pool.query<{ event: string }>('SELECT event FROM notes');
    expect(rows.map(({ event }) => event).sort()).toEqual(others.map(({ event }) => event).sort());
    const [letter] = await world.dead();
    expect(letter?.headers).toMatchObject({ dead_reason: 'handler-failed', dead_detail: name });
    expect(JSON.stringify(letter)).not.toContain('anna@example.se');
    expect(consumer.may(poison.person, 'newsletter')).toBe(false);
  });

  test('because a handler swallowed a database error, issued a broken statement or never ends is parked, and work goes on', async () => {
    const [swallows, breaks, hangs, fine] = Array.from({ length: 4 }, () => world.writer.grant(randomUUID()));
    if (!swallows || !breaks || !hangs || !fine) throw new Error('four events are needed');
    await world.consume({
      handlerTimeoutMs: 500,
      handlers: {
        onGranted: async (event, transaction) => {
          if (event.id === swallows.event) await transaction.query('SELECT 1/0').catch(() => undefined);
          if (event.id === breaks.event) await transaction.query('SELECT nothing FROM nowhere');
          if (event.id === hangs.event) await new Promise(() => undefined);
        },
      },
    });
    await world.writer.sendEvents(swallows, breaks, hangs, fine);
    const acks = await world.acknowledged(swallows, breaks, hangs, fine);
    const outcomes = Object.fromEntries(acks.map(({ event, outcome }) => [event, outcome]));
    expect(outcomes).toEqual({ [swallows.event]: 'parked', [breaks.event]: 'parked', [hangs.event]: 'parked', [fine.event]: 'applied' });
    const reasons = (await world.dead()).map(({ headers }) => headers['dead_reason']).sort();
    expect(reasons).toEqual(['handler-failed', 'handler-failed', 'handler-timeout']);
  });

  test('because a service that its handler calls is away holds up what comes after it for a few seconds, and nobody takes that for the database', async () => {
    const [calls, after] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID())];
    const said: string[] = [];
    const say = (_: object, message: string): void => void said.push(message);
    const logger = { debug: () => undefined, info: () => undefined, warn: say, error: say };
    const onEvent = ({ id }: { id: string }): void => {
      if (id === calls.event) throw Object.assign(new Error('connect'), { name: 'AxiosError', code: 'ECONNREFUSED' });
    };
    const consumer = await world.consume({ logger, handlers: { onEvent } });
    said.splice(0);
    const partition = 0;
    for (const event of [calls, after]) await world.writer.sendRaw('events', { ...eventMessage(event), partition });
    await until(() => consumer.may(after.person, 'newsletter'), { timeoutMs: 8_000, what: 'what comes after it' });
    expect((await world.acknowledged(calls))[0]?.outcome).toBe('parked');
    expect((await world.dead()).find(({ headers }) => headers['ce_id'] === calls.event)?.headers['dead_detail']).toBe('AxiosError ECONNREFUSED');
    expect(said).toEqual(['a handler’s connection failed, while the database works; trying again', 'a message could not be applied; parked']);
  });

  test('because another database of its handler’s takes no more clients holds up what comes after it for a few seconds', async () => {
    const [calls, after] = [world.writer.grant(randomUUID()), world.writer.grant(randomUUID())];
    const role = `full_${randomUUID().slice(0, 8)}`;
    await world.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0`);
    const url = Object.assign(new URL(world.database.url), { username: role, password: 'secret' });
    const onEvent = async ({ id }: { id: string }): Promise<void> => {
      if (id === calls.event) await new pg.Client({ connectionString: url.href }).connect();
    };
    const consumer = await world.consume({ handlers: { onEvent } });
    for (const event of [calls, after]) await world.writer.sendRaw('events', { ...eventMessage(event), partition: 0 });
    await until(() => consumer.may(after.person, 'newsletter'), { timeoutMs: 8_000, what: 'what comes after it' });
    expect((await world.acknowledged(calls))[0]?.outcome).toBe('parked');
    expect((await world.dead()).find(({ headers }) => headers['ce_id'] === calls.event)?.headers['dead_detail']).toBe('error 53300');
    await world.pool.query(`DROP ROLE ${role}`);
  });

  test('because of two transactions in each other’s way is tried again, and parked only if it never works', async () => {
    const tries = new Map<string, number>();
    const passing = world.writer.grant(randomUUID());
    const hopeless = world.writer.grant(randomUUID());
    await world.consume({
      handlers: {
        onGranted: (event) => {
          tries.set(event.id, (tries.get(event.id) ?? 0) + 1);
          const conflict = Object.assign(new Error('deadlock'), { code: '40P01' });
          if (event.id === hopeless.event || (tries.get(event.id) ?? 0) < 3) throw conflict;
        },
      },
    });
    await world.writer.sendEvents(passing);
    expect((await world.acknowledged(passing))[0]?.outcome).toBe('applied');
    await world.writer.sendEvents(hopeless);
    expect((await world.acknowledged(hopeless))[0]?.outcome).toBe('parked');
  });

  test('makes the answer no until a later version is applied, since it may have been a withdrawal', async () => {
    const person = randomUUID();
    const grant = world.writer.grant(person);
    const withdrawal = world.writer.withdraw(person);
    const again = world.writer.grant(person);
    const handlers = {
      onWithdrawn: () => {
        throw new Error('cannot');
      },
    };
    const consumer = await world.consume({ handlers });
    await world.writer.sendEvents(grant);
    await world.acknowledged(grant);
    expect(consumer.may(person, 'newsletter')).toBe(true);
    await world.writer.sendEvents(withdrawal);
    await world.acknowledged(withdrawal);
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
    await world.writer.sendEvents(again);
    await world.acknowledged(again);
    expect(consumer.may(person, 'newsletter')).toBe(true);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(true);
  });

  const unreadable: Record<string, string | null> = { 'a truncated value': '{"person":', 'no value': null, 'the wrong shape': '{"allowed":"no"}' };
  test.each(Object.entries(unreadable))('since it cannot be read (%s) makes the answer no too, as far as its headers say what it is about', async (_, value) => {
    const [person, other] = [randomUUID(), randomUUID()];
    const [grant, ofOther] = [world.writer.grant(person), world.writer.grant(other, 'statistics')];
    const [withdrawal, notMine] = [world.writer.withdraw(person), world.writer.withdraw(other, 'statistics')];
    const consumer = await world.consume({ purposes: ['newsletter'] });
    await world.writer.sendEvents(grant, ofOther);
    await world.acknowledged(grant, ofOther);
    for (const event of [withdrawal, notMine]) await world.writer.sendRaw('events', { ...eventMessage(event), value });
    expect((await world.acknowledged(withdrawal, notMine)).map(({ outcome }) => outcome)).toEqual(['parked', 'parked']);
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
    expect(await stateOf(other, 'statistics')).toBeUndefined();
    const again = world.writer.grant(person);
    await world.writer.sendRaw('events', { ...eventMessage(grant), value });
    await world.writer.sendEvents(again);
    await world.acknowledged(again);
    expect(consumer.may(person, 'newsletter')).toBe(true);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(true);
  });

  const spoilt: Record<string, (event: LedgerEvent) => { value: string; headers: Record<string, string> }> = {
    'is no JSON, by what its headers say': ({ version }) => ({ value: '{"person":', headers: { ce_sequence: String(version).padStart(10, '0') } }),
    'has another shape, by what it says itself': ({ version }) => ({ value: JSON.stringify({ version, allowed: 'no' }), headers: {} }),
  };
  test.each(Object.entries(spoilt))('on the state topic that %s, is of its version: no older event takes its no away', async (_, spoil) => {
    const person = randomUUID();
    const [grant, withdrawal] = [world.writer.grant(person), world.writer.withdraw(person)];
    await world.writer.sendRaw('state', { key: `${person}:newsletter`, ...spoil(withdrawal) });
    const consumer = await world.consume();
    await world.writer.sendEvents(grant);
    await world.acknowledged(grant);
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
    const again = world.writer.grant(person);
    await world.writer.sendEvents(again);
    await world.acknowledged(again);
    expect(consumer.may(person, 'newsletter')).toBe(true);
  });

  test('on the state topic is parked too, makes the answer no for what its key names, and the rest of the state is learnt', async () => {
    const [person, unread, limited, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await world.writer.sendRaw('state', { key: `${unread}:marketing-reach`, value: 'not json', headers: { ce_id: randomUUID() } });
    await world.writer.sendRaw('state', { key: `${limited}:${WHOLE_PERSON}`, value: '{}' });
    await world.writer.sendState(world.writer.grant(person));
    const consumer = await world.consume({ defaults: { 'marketing-reach': true } });
    expect(consumer.may(person, 'newsletter')).toBe(true);
    const answers = { [unread]: false, [limited]: false, [other]: true };
    for (const [id, answer] of Object.entries(answers)) {
      expect(consumer.may(id, 'marketing-reach')).toBe(answer);
      expect(await consumer.mayNow(id, 'marketing-reach')).toBe(answer);
    }
    const letters = await until(async () => {
      const dead = await world.dead();
      return dead.length === 2 && dead;
    });
    expect(letters.map(({ headers }) => headers['dead_reason']).sort()).toEqual(['not-json', 'wrong-shape']);
    expect(letters[0]?.headers).toMatchObject({ dead_topic: world.topics.names.state });
    const again = world.writer.grant(unread, 'marketing-reach');
    await world.writer.sendEvents(again);
    await world.acknowledged(again);
    expect(consumer.may(unread, 'marketing-reach')).toBe(true);
  });
});

describe('a new system', () => {
  test('learns the state from the compacted topic, acknowledges it, and follows the events from the place noted before', async () => {
    const states: string[] = [];
    const events: string[] = [];
    const people = Array.from({ length: 300 }, () => randomUUID());
    const past = people.flatMap((person) => [world.writer.grant(person), world.writer.withdraw(person), world.writer.grant(person, 'newsletter', { channels: ['email'] })]);
    await world.writer.send(...past);
    const consumer = await world.consume({
      defaults: { 'marketing-reach': true },
      handlers: { onState: (learnt) => void states.push(...learnt.map(({ person }) => person)), onEvent: (event) => void events.push(event.id) },
    });
    expect(people.every((person) => consumer.may(person, 'newsletter', 'email'))).toBe(true);
    expect(new Set(states).size).toBe(300);
    const fresh = world.writer.withdraw(people[0] ?? '');
    await world.writer.send(fresh);
    await world.acknowledged(fresh);
    expect(events).toEqual([fresh.event]);
    const acks = await world.acknowledged(...past.filter((_, at) => at % 3 === 2));
    expect(new Set(acks.map(({ outcome }) => outcome))).toEqual(new Set(['applied']));
    expect(consumer.may(people[0] ?? '', 'newsletter')).toBe(false);
  });

  test('answers no to everything until it knows the state, also where the default is yes', async () => {
    const consumer = createConsumer({ system: 'far', brokers: ['127.0.0.1:9'], store: pgStore(world.pool), defaults: { 'marketing-reach': true } });
    await consumer.start();
    expect(consumer.may(randomUUID(), 'marketing-reach')).toBe(false);
    expect(await consumer.mayNow(randomUUID(), 'marketing-reach')).toBe(false);
    expect(consumer.health()).toMatchObject({ informed: false });
    await consumer.stop();
  });

  test('is told where its handlers of events would not hear what it learns', async () => {
    const said: object[] = [];
    const say = (fields: object, message: string): void => void (message.includes('onState') && said.push(fields));
    const logger = { debug: say, info: say, warn: say, error: say };
    const [onWithdrawn, onState] = [() => undefined, () => undefined];
    for (const handlers of [{ onWithdrawn, onState }, { onState }, {}, undefined]) await (await world.consume({ logger, handlers })).stop();
    expect(said).toEqual([]);
    await (await world.consume({ logger, handlers: { onWithdrawn } })).stop();
    expect(said).toEqual([{ handlers: ['onWithdrawn'] }]);
  });

  test('waits for the whole state where the topic is only being filled anew, and answers no meanwhile', async () => {
    const [early, late] = [randomUUID(), randomUUID()];
    const [first, second] = [world.writer.grant(early), world.writer.grant(late)];
    const refusal = world.writer.next(late, { type: 'objection-raised', decision: 'object', purpose: 'marketing-reach', after: { status: 'objected', allowed: false } });
    const ofLedger = world.writer.next(LEDGER_PERSON, { type: 'catalogue-changed', kind: 'ledger', purpose: LEDGER_PURPOSE, after: {} });
    await world.writer.sendState(first);
    await world.writer.sendEvents(first, second, refusal, ofLedger);
    const problems: (string | undefined)[] = [];
    const options = { system: 'test', brokers: world.topics.brokers.split(','), topicPrefix: world.topics.prefix, store: pgStore(world.pool), defaults: { 'marketing-reach': true } };
    const consumer = createConsumer({ ...options, logger: { debug: () => undefined, info: () => undefined, error: () => undefined, warn: () => void problems.push(consumer.health().problem) } });
    ending = consumer;
    await consumer.start();
    await until(() => problems.filter((problem) => problem === 'StateIncomplete').length >= 2, { timeoutMs: 20_000, what: 'two tries' });
    expect(consumer.health().informed).toBe(false);
    expect(consumer.may(late, 'marketing-reach')).toBe(false);
    expect(await consumer.mayNow(late, 'marketing-reach')).toBe(false);
    await world.writer.sendState(second, refusal);
    await consumer.following();
    expect([early, late].map((person) => consumer.may(person, 'newsletter'))).toEqual([true, true]);
    expect(consumer.may(late, 'marketing-reach')).toBe(false);
  });

  test('waits for the whole state, too, where the newest record is there already: of a topic that was lost what is new can come first', async () => {
    const [early, late] = [randomUUID(), randomUUID()];
    const refusal = world.writer.next(late, { type: 'objection-raised', decision: 'object', purpose: 'marketing-reach', after: { status: 'objected', allowed: false } });
    const newest = world.writer.grant(early);
    await world.writer.sendEvents(refusal);
    await world.writer.send(newest);
    const problems: (string | undefined)[] = [];
    const options = { system: 'test', brokers: world.topics.brokers.split(','), topicPrefix: world.topics.prefix, store: pgStore(world.pool), defaults: { 'marketing-reach': true } };
    const consumer = createConsumer({ ...options, logger: { debug: () => undefined, info: () => undefined, error: () => undefined, warn: () => void problems.push(consumer.health().problem) } });
    ending = consumer;
    await consumer.start();
    await until(() => consumer.health().informed || problems.filter((problem) => problem === 'StateIncomplete').length >= 2, { timeoutMs: 20_000, what: 'two tries' });
    expect(await consumer.mayNow(late, 'marketing-reach')).toBe(false);
    expect(consumer.health().informed).toBe(false);
    await world.writer.sendState(refusal);
    await consumer.following();
    expect(consumer.may(early, 'newsletter')).toBe(true);
    expect(consumer.may(late, 'marketing-reach')).toBe(false);
  });

  test('learns who was erased, and drops what a tombstone ends', async () => {
    const [erased, other] = [randomUUID(), randomUUID()];
    const grant = world.writer.grant(erased);
    await world.writer.send(grant, world.writer.grant(other));
    await world.writer.send(...world.writer.erase(erased));
    await world.writer.sendTombstone(erased, 'newsletter');
    const consumer = await world.consume({ defaults: { 'marketing-reach': true } });
    expect(await stateOf(erased)).toBeUndefined();
    expect(consumer.may(erased, 'marketing-reach')).toBe(false);
    expect(consumer.may(other, 'marketing-reach')).toBe(true);
    await world.writer.sendEvents(grant);
    expect((await world.acknowledged(grant))[0]?.outcome).toBe('repeat');
    expect(consumer.may(erased, 'newsletter')).toBe(false);
  });

  test('acknowledges what it learns of whole people too: who was restricted, and who was erased', async () => {
    const [restricted, erased] = [randomUUID(), randomUUID()];
    const limit = world.writer.next(restricted, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } });
    const erasure = world.writer.erase(erased).slice(-1);
    await world.writer.send(limit, ...erasure);
    await world.consume();
    const acks = await world.acknowledged(limit, ...erasure);
    expect(acks.map(({ purpose, outcome }) => [purpose, outcome])).toEqual([[WHOLE_PERSON, 'applied'], [WHOLE_PERSON, 'applied']]);
  });

  test('that is given more purposes learns their state too', async () => {
    const person = randomUUID();
    await world.writer.send(world.writer.grant(person), world.writer.grant(person, 'statistics'));
    const narrow = await world.consume({ purposes: ['newsletter'] });
    expect(narrow.may(person, 'statistics')).toBe(false);
    await narrow.stop();
    const wide = await world.consume({ purposes: ['newsletter', 'statistics'] });
    expect(wide.may(person, 'statistics')).toBe(true);
  });

  test('that was narrowed for a while answers no for what it left out, and learns it anew when it is given it again', async () => {
    const person = randomUUID();
    const wide = { purposes: ['newsletter', 'profiling'] };
    await world.writer.send(world.writer.grant(person), world.writer.grant(person, 'profiling'));
    const before = await world.consume(wide);
    expect(before.may(person, 'profiling')).toBe(true);
    await before.stop();
    const narrow = await world.consume({ purposes: ['newsletter'] });
    const withdrawal = world.writer.withdraw(person, 'profiling');
    await world.writer.send(withdrawal);
    expect((await world.acknowledged(withdrawal))[0]?.outcome).toBe('not-mine');
    expect(narrow.may(person, 'profiling')).toBe(false);
    expect(await narrow.mayNow(person, 'profiling')).toBe(false);
    expect(narrow.may(person, 'newsletter')).toBe(true);
    await narrow.stop();
    const again = await world.consume(wide);
    expect(again.may(person, 'profiling')).toBe(false);
    expect(await again.mayNow(person, 'profiling')).toBe(false);
    expect(again.may(person, 'newsletter')).toBe(true);
  });

  test('answers no for a purpose that is not its own, whatever the default', async () => {
    const consumer = await world.consume({ purposes: ['newsletter'], defaults: { 'marketing-reach': true } });
    expect(consumer.may(randomUUID(), 'marketing-reach')).toBe(false);
    expect(await consumer.mayNow(randomUUID(), 'marketing-reach')).toBe(false);
  });
});

describe('an erased person', () => {
  test('is remembered by id alone, for ever: nothing allows anything again, and the handler runs once', async () => {
    const erasedPeople: string[] = [];
    const consumer = await world.consume({ defaults: { 'marketing-reach': true }, handlers: { onErased: ({ data }) => void erasedPeople.push(data.person) } });
    const person = randomUUID();
    const grant = world.writer.grant(person);
    const erasure = world.writer.erase(person);
    await world.writer.sendEvents(grant, ...erasure);
    await world.acknowledged(grant, ...erasure);
    const later = world.writer.grant(person);
    await world.writer.sendEvents(grant, later, ...erasure);
    await until(async () => (await world.acks()).length === 7);
    expect(erasedPeople).toEqual([person]);
    expect(await stateOf(person)).toBeUndefined();
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(consumer.may(person, 'marketing-reach')).toBe(false);
    const { rows } = await world.pool.query('SELECT erased, restricted, merged_into FROM samtycke_consumer.persons WHERE person = $1', [person]);
    expect(rows).toEqual([{ erased: true, restricted: false, merged_into: null }]);
  });
});

describe('may', () => {
  test('says no right after validUntil, event or not', async () => {
    const consumer = await world.consume();
    const person = randomUUID();
    const until1 = new Date(Date.now() + 1_500);
    const grant = world.writer.grant(person, 'newsletter', { validUntil: `${until1.toISOString().slice(0, -1)}000Z` });
    await world.writer.sendEvents(grant);
    await until(() => consumer.may(person, 'newsletter'), { everyMs: 2 });
    expect(await consumer.mayNow(person, 'newsletter')).toBe(true);
    await until(() => Date.now() >= until1.getTime(), { everyMs: 1 });
    expect(consumer.may(person, 'newsletter')).toBe(false);
    expect(await consumer.mayNow(person, 'newsletter')).toBe(false);
  });

  test('asks the person’s record first where a purpose has no state, then the default; a state goes before both', async () => {
    const consumer = await world.consume({ defaults: { 'marketing-reach': true } });
    const [free, restricted, consentSince] = [randomUUID(), randomUUID(), randomUUID()];
    const limit = (person: string) => world.writer.next(person, { type: 'processing-restricted', purpose: WHOLE_PERSON, after: { restricted: true, erased: false, suppressed: false } });
    const events = [limit(restricted), limit(consentSince), world.writer.grant(consentSince)];
    await world.writer.sendEvents(...events);
    await world.acknowledged(...events);
    expect(consumer.may(free, 'marketing-reach')).toBe(true);
    expect(consumer.may(free, 'newsletter')).toBe(false);
    expect(consumer.may(restricted, 'marketing-reach')).toBe(false);
    expect(await consumer.mayNow(restricted, 'marketing-reach')).toBe(false);
    expect(consumer.may(consentSince, 'newsletter')).toBe(true);
    expect(await consumer.mayNow(consentSince, 'newsletter')).toBe(true);
  });
});
