import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Ack, AckOutcome, LedgerEvent } from '#contracts';
import { closeMerged, decideFact, nobodySpecial, reopenPart, type PersonFact } from '#consent';
import { changeConsent, newHolderId, personCall, streamsOf, uuidv7, type DefinedPurpose, type View } from '#ledger';
import { Lease, logSize, sequencePage } from '#outbox';
import { freshLedger, until, type FreshLedger } from '#testing';
import { addSystem, countOverdue, findOverdue, keepAcks, listSystems, noteCanary, readAck, readCanary, readDelays, readPropagation, removeSystem, TidyOverdue } from './index.js';

let fresh: FreshLedger;
let fencing: string;
beforeEach(async () => {
  fresh = await freshLedger();
  fencing = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
  await sequenced();
});
afterEach(async () => {
  await fresh.close();
});

async function sequenced(): Promise<void> {
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
}

/** A refusal of the newsletter and an objection to marketing reach: the second takes something away. */
async function decided(decision: 'refuse' | 'object', person = newHolderId()): Promise<LedgerEvent> {
  const purpose = fresh.catalogue.purposes.get(decision === 'object' ? 'marketing-reach' : 'newsletter');
  if (!purpose) throw new Error('no purpose');
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  await sequenced();
  const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq DESC LIMIT 1', [person]);
  return JSON.parse(rows[0]?.bytes.toString() ?? '') as LedgerEvent;
}

const at = ({ recordedAt }: LedgerEvent, afterMs: number): Date => new Date(Date.parse(recordedAt) + afterMs);
const ackOf = (system: string, event: LedgerEvent, afterMs = 20, outcome: AckOutcome = 'applied'): Ack => ({ system, event: event.event, person: event.person, purpose: event.purpose, version: event.version, outcome, appliedAt: at(event, afterMs).toISOString() });
const keep = async (...acks: Ack[]) => (await keepAcks(fresh.pool, fresh.id, acks)).kept;
const overdueAt = (now: Date) => findOverdue(fresh.pool, fresh.id, { now, graceMs: 100 });
const add = (id: string, purposes?: string[]) => addSystem(fresh.pool, fresh.id, { id, deadlineMs: 1_000, ...(purposes && { purposes }) });
const actsOf = async ({ person }: LedgerEvent) => (await readPropagation(fresh.pool, fresh.id, person, { after: 0, limit: 100 })).events.map(({ systems }) => systems);

describe('an acknowledgement', () => {
  test('is kept once, however often and in whatever company it comes', async () => {
    const event = await decided('object');
    expect(await keep(ackOf('crm', event), ackOf('crm', event, 90, 'repeat'), ackOf('shop', event))).toBe(2);
    expect(await keep(ackOf('crm', event, 500, 'repeat'))).toBe(0);
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ system: 'crm', state: 'acted', afterMs: 20 }), expect.objectContaining({ system: 'shop', state: 'acted' })]]);
  });

  test('that a message was parked gives way to a later word, and to nothing else', async () => {
    const event = await decided('object');
    await keep(ackOf('crm', event, 10, 'parked'));
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'parked' })]]);
    await keep(ackOf('crm', event, 40));
    await keep(ackOf('crm', event, 50, 'parked'));
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'acted', afterMs: 40 })]]);
  });

  test('that an event is none of its own is kept of what takes something away alone: of all else it says nothing about anybody', async () => {
    await add('crm', ['newsletter']);
    const [refusal, objection] = [await decided('refuse'), await decided('object')];
    expect(await keep(ackOf('crm', refusal, 10, 'not-mine'), ackOf('crm', objection, 10, 'not-mine'))).toBe(1);
    expect(await actsOf(refusal)).toEqual([[expect.objectContaining({ state: 'waiting' })]]);
    expect(await actsOf(objection)).toEqual([[expect.objectContaining({ system: 'crm', state: 'not-mine', afterMs: 10 })]]);
  });

  test('that an event was none of its own, or that it was parked, gives way to an act, whatever company they come in', async () => {
    await add('crm');
    const [event, other] = [await decided('object'), await decided('object')];
    await overdueAt(at(other, 1_200));
    await keep(ackOf('crm', event, 10, 'not-mine'), ackOf('crm', event, 20, 'parked'), ackOf('crm', other, 10, 'not-mine'), ackOf('crm', other, 1_900));
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1]]));
    await keep(ackOf('crm', event, 2_000));
    await keep(ackOf('crm', event, 3_000, 'not-mine'));
    expect([await actsOf(event), await actsOf(other)]).toEqual([[[expect.objectContaining({ state: 'acted', afterMs: 2_000 })]], [[expect.objectContaining({ state: 'acted', afterMs: 1_900 })]]]);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  test.each([
    ['a later version than its event has', { version: 2 }],
    ['an earlier version than its event has', { version: 0 }],
    ["another purpose than its event's", { purpose: 'newsletter' }],
    ["another person than its event's", { person: newHolderId() }],
    ['an event that is none', { event: newHolderId() }],
  ])('that names %s is not believed, and counted apart', async (_what, wrong) => {
    await add('crm');
    const event = await decided('object');
    const said = { ...ackOf('crm', event), ...wrong };
    expect(await keepAcks(fresh.pool, fresh.id, [said])).toEqual({ kept: 0, unknown: 1 });
    expect(await overdueAt(at(event, 1_200))).toEqual([expect.objectContaining({ event: event.event, acted: false })]);
    expect(await keepAcks(fresh.pool, fresh.id, [said])).toEqual({ kept: 0, unknown: 1 });
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1]]));
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'waiting' })]]);
    expect(await keepAcks(fresh.pool, fresh.id, [said, ackOf('crm', event, 1_500)])).toEqual({ kept: 1, unknown: 1 });
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  test.each([
    ['not JSON', Buffer.from('{')],
    ['nothing', null],
    ['a list', Buffer.from('[]')],
    ['another shape', Buffer.from('{"system":"crm"}')],
    ['a time that is none', Buffer.from(JSON.stringify({ system: 'crm', event: newHolderId(), person: newHolderId(), outcome: 'applied', appliedAt: 'yesterday' }))],
    ['a system with a name of its own making', Buffer.from(JSON.stringify({ system: "x'; --", event: newHolderId(), person: newHolderId(), outcome: 'applied', appliedAt: '2026-01-01T00:00:00Z' }))],
  ])('is not read from %s', (_what, value) => {
    expect(readAck(value)).toBeUndefined();
  });
});

describe('the time of an acknowledgement', () => {
  const read = (appliedAt: string): string | undefined => readAck(Buffer.from(JSON.stringify({ system: 'crm', event: newHolderId(), person: newHolderId(), purpose: 'newsletter', version: 1, outcome: 'applied', appliedAt })))?.appliedAt;

  test.each([
    ['with an offset that the database does not know', '2026-01-02T10:00:00+23:00', '2026-01-01T11:00:00.000Z'],
    ['on a day that no month has', '2026-02-30T10:00:00Z', '2026-03-02T10:00:00.000Z'],
    ['at the last hour of a day', '2026-01-01T24:00:00Z', '2026-01-02T00:00:00.000Z'],
  ])('%s is one that the database can hold', async (_what, told, kept) => {
    const appliedAt = read(told);
    expect(appliedAt).toBe(kept);
    await expect(fresh.pool.query('SELECT $1::timestamptz', [appliedAt])).resolves.toBeDefined();
  });

  test.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+15:00', '1999-12-31T23:59:59Z', '9999-12-31T23:59:59-12:00'])('%s is none', (told) => {
    expect(read(told)).toBeUndefined();
  });
});

describe('a deadline', () => {
  test('is looked for up to the size that the log had; what got its index after that is told at the next look', async () => {
    await add('crm');
    const [first, second] = [await decided('object'), await decided('object')];
    const now = at(second, 5_000);
    const size = await logSize(fresh.pool, fresh.id);
    const told = async (bound?: number) => (await findOverdue(fresh.pool, fresh.id, { now, graceMs: 100, sizeAt: () => bound })).map(({ event }) => event);
    expect(await told(size - 2)).toEqual([]);
    expect(await told(size - 1)).toEqual([first.event]);
    expect(await told(size - 1)).toEqual([]);
    expect(await told()).toEqual([second.event]);
  });

  test('is looked for behind an event, too, that a clock recorded which ran ahead; that one is late when it has stood in the log for so long', async () => {
    await add('crm');
    const [ahead, behind] = [await decided('object'), await decided('object')];
    await fresh.pool.query(`UPDATE events SET recorded_at = now() + interval '1 year' WHERE event = $1`, [ahead.event]);
    const size = await logSize(fresh.pool, fresh.id);
    const found = async (bound?: number) => (await findOverdue(fresh.pool, fresh.id, { now: at(behind, 5_000), graceMs: 100, sizeAt: () => bound })).map(({ event }) => event);
    expect(await found()).toEqual([]);
    expect((await found(size)).sort()).toEqual([ahead.event, behind.event].sort());
    expect(await found(size)).toEqual([]);
    const { rows } = await fresh.pool.query('SELECT FROM overdue WHERE due_at > now() + interval \'1 hour\'');
    expect(rows).toEqual([]);
  });

  test('of a system that is removed meanwhile is looked for no more', async () => {
    await add('crm');
    const event = await decided('object');
    const size = await logSize(fresh.pool, fresh.id);
    const sizeAt = (): number => size;
    const query = async (...given: unknown[]): Promise<unknown> => {
      const name = (given[0] as { name?: string }).name;
      if (name === 'find-overdue') await removeSystem(fresh.pool, fresh.id, 'crm');
      return (fresh.pool.query as (...all: unknown[]) => Promise<unknown>)(...given);
    };
    await findOverdue({ query } as unknown as typeof fresh.pool, fresh.id, { now: at(event, 5_000), graceMs: 100, sizeAt });
    expect(await listSystems(fresh.pool, fresh.id)).toEqual([]);
  });

  test('that passed without an acknowledgement is told once, by system, and counted until the system acts', async () => {
    await add('crm');
    const event = await decided('object');
    expect(await overdueAt(at(event, 900))).toEqual([]);
    expect(await overdueAt(at(event, 1_200))).toEqual([{ system: 'crm', event: event.event, purpose: 'marketing-reach', acted: false }]);
    expect(await overdueAt(at(event, 9_000))).toEqual([]);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1]]));
    await keep(ackOf('crm', event, 5_000));
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'acted', late: true, afterMs: 5_000, deadlineMs: 1_000 })]]);
  });

  test('whose look crosses the acknowledgement on its way is no breach that stays open', async () => {
    await add('crm');
    const event = await decided('object');
    const holding = await fresh.pool.connect();
    await holding.query('BEGIN');
    await holding.query('SELECT FROM systems FOR UPDATE');
    const looking = overdueAt(at(event, 1_200));
    await until(async () => (await fresh.pool.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rows.length > 0, { what: 'the look to wait' });
    await keep(ackOf('crm', event));
    await holding.query('COMMIT');
    holding.release();
    expect(await looking).toEqual([]);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  /** Does something before, or instead of, a statement. */
  const crossing = (before: (text: string) => Promise<unknown>): typeof fresh.pool => {
    const query = async (...given: unknown[]): Promise<unknown> => {
      await before(typeof given[0] === 'string' ? given[0] : (given[0] as { text: string }).text);
      return (fresh.pool.query as (...all: unknown[]) => Promise<unknown>)(...given);
    };
    return { query } as unknown as typeof fresh.pool;
  };

  test('of a purpose that is left out while it is looked at is no breach', async () => {
    await add('crm');
    const event = await decided('object');
    const pool = crossing(async (text) => text.includes('INSERT INTO overdue') && add('crm', ['newsletter']));
    expect(await findOverdue(pool, fresh.id, { now: at(event, 5_000), graceMs: 100 })).toEqual([]);
    expect((await fresh.pool.query('SELECT FROM overdue')).rows).toEqual([]);
  });

  test('that was missed is told even where what crossed it cannot be looked at', async () => {
    await add('crm');
    const event = await decided('object');
    const pool = crossing(async (text) => {
      if (text.includes('UPDATE overdue')) throw new Error('timeout');
    });
    expect(await findOverdue(pool, fresh.id, { now: at(event, 5_000), graceMs: 100 })).toEqual([expect.objectContaining({ event: event.event, acted: false })]);
  });

  test('that was kept is no breach; an act after it is one that has ended', async () => {
    await add('crm');
    const [soon, late] = [await decided('object'), await decided('object')];
    await keep(ackOf('crm', soon), ackOf('crm', late, 1_500));
    expect(await overdueAt(at(late, 60_000))).toEqual([expect.objectContaining({ event: late.event, acted: true })]);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  test('is not met by parking a message, and not missed by it before it has passed', async () => {
    await add('crm');
    const event = await decided('object');
    await keep(ackOf('crm', event, 10, 'parked'));
    expect(await actsOf(event)).toEqual([[expect.not.objectContaining({ late: true })]]);
    await until(() => Date.now() > Date.parse(event.recordedAt) + 1_000, { what: 'the deadline' });
    expect(await overdueAt(at(event, 1_200))).toHaveLength(1);
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'parked', late: true })]]);
  });

  test('is not met by saying that an event is none of its own', async () => {
    await add('crm');
    const event = await decided('object');
    await keep(ackOf('crm', event, 10, 'not-mine'));
    expect(await overdueAt(at(event, 1_200))).toHaveLength(1);
    await until(() => Date.now() > Date.parse(event.recordedAt) + 1_000, { what: 'the deadline' });
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'not-mine', late: true })]]);
  });

  test('stands on what takes something away, for the purposes that a system acts on', async () => {
    await add('mailer', ['newsletter']);
    await add('crm', ['marketing-reach']);
    const [refusal, objection] = [await decided('refuse'), await decided('object')];
    const found = await overdueAt(at(objection, 60_000));
    expect(found.map(({ system, event }) => [system, event])).toEqual([['crm', objection.event]]);
    expect(await actsOf(refusal)).toEqual([[expect.not.objectContaining({ late: true })]]);
  });

  test('stands on what ends by a wish of the whole person, and not on the end of that wish', async () => {
    await add('crm', ['marketing-reach']);
    const person = newHolderId();
    const purpose = fresh.catalogue.purposes.get('marketing-reach') as DefinedPurpose;
    const wish = async (fact: PersonFact): Promise<LedgerEvent[]> => {
      await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'system', id: 'crm' }, purposes: [purpose], decide: (view) => decideFact(fact, view.person, streamsOf(view, [purpose]), view.recordedAt) }));
      await sequenced();
      const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 AND purpose = $2 ORDER BY seq', [person, purpose.id]);
      return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
    };
    await wish({ kind: 'suppress' });
    const [stopped, again] = await wish({ kind: 'end-suppression' });
    if (!stopped || !again) throw new Error('nothing was said of the purpose');
    expect([stopped, again].map(({ type, after }) => [type, after?.allowed])).toEqual([['preferences-changed', false], ['preferences-changed', true]]);
    expect((await overdueAt(at(again, 60_000))).map(({ event }) => event)).toEqual([stopped.event]);
    await keep(ackOf('crm', again));
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  test('stands on what ends by a merge, and not on the end of the split', async () => {
    await add('crm', ['marketing-reach']);
    const [person, other] = [newHolderId(), newHolderId()];
    const purpose = fresh.catalogue.purposes.get('marketing-reach') as DefinedPurpose;
    const move = async (decide: (view: View) => ReturnType<typeof closeMerged<DefinedPurpose>>): Promise<LedgerEvent> => {
      await fresh.ledger.append(personCall({ request: uuidv7(), holder: { person, kind: 'person' }, actor: { kind: 'system', id: 'crm' }, purposes: [purpose], decide }));
      await sequenced();
      const { rows } = await fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 AND purpose = $2 ORDER BY seq DESC LIMIT 1', [person, purpose.id]);
      return JSON.parse(rows[0]?.bytes.toString() ?? '') as LedgerEvent;
    };
    const merged = await move((view) => closeMerged(other, view.person, streamsOf(view, [purpose]), view.recordedAt));
    const back = await move((view) => reopenPart(other, { person: nobodySpecial, streams: new Map() }, view.person, streamsOf(view, [purpose]), view.recordedAt));
    expect([merged, back].map(({ type, after }) => [type, after?.allowed])).toEqual([['person-merged', false], ['person-split', true]]);
    expect((await overdueAt(at(back, 60_000))).map(({ event }) => event)).toEqual([merged.event]);
  });

  test('binds nobody for what was decided before he registered', async () => {
    const before = await decided('object');
    await add('crm');
    const after = await decided('object');
    expect((await overdueAt(at(after, 60_000))).map(({ event }) => event)).toEqual([after.event]);
    expect(await actsOf(before)).toEqual([[]]);
  });

  test('is met by acknowledging a later version: who learnt the state has acted on all before it', async () => {
    await add('crm');
    const first = await decided('object');
    const purpose = fresh.catalogue.purposes.get('marketing-reach');
    if (!purpose) throw new Error('no purpose');
    await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: first.person, kind: 'person' }], wishes: [{ purpose, decision: 'lift' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
    const lifted = await decided('object', first.person);
    await keep({ ...ackOf('crm', lifted), appliedAt: at(first, 400).toISOString() });
    expect(await overdueAt(at(lifted, 60_000))).toEqual([]);
    const [acts] = await actsOf(first);
    expect(acts).toEqual([expect.objectContaining({ system: 'crm', state: 'acted', byVersion: 3 })]);
  });

  test('is looked at to the end of the log, however many events lie between', async () => {
    await add('crm', ['marketing-reach']);
    const person = newHolderId();
    await fresh.pool.query(
      `INSERT INTO events SELECT ledger, $1, 'newsletter', n, n, gen_random_uuid(), 0, gen_random_uuid(), 'consent-refused', recorded_at, occurred_at, bytes
       FROM (SELECT * FROM events ORDER BY seq LIMIT 1) e, generate_series(1, 12000) n`,
      [person],
    );
    await fresh.pool.query('INSERT INTO outbox SELECT ledger, recorded_at, person, seq FROM events WHERE person = $1', [person]);
    const last = await decided('object');
    expect((await overdueAt(at(last, 60_000))).map(({ event }) => event)).toEqual([last.event]);
  });
});

describe('a system', () => {
  test('is registered with what it acts on, changed by being registered again, and forgotten with what it was late with', async () => {
    await add('crm', ['newsletter']);
    await add('crm');
    const event = await decided('object');
    await overdueAt(at(event, 60_000));
    expect(await listSystems(fresh.pool, fresh.id)).toEqual([{ id: 'crm', deadlineMs: 1_000, addedAt: expect.any(String), overdue: 1 }]);
    expect(await removeSystem(fresh.pool, fresh.id, 'crm')).toBe(true);
    expect(await removeSystem(fresh.pool, fresh.id, 'crm')).toBe(false);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
  });

  test('that acts on fewer purposes owes nothing of the others any more; what it owes of whole people and of the rest stands', async () => {
    await add('crm');
    const event = await decided('object');
    await overdueAt(at(event, 60_000));
    await fresh.pool.query(`INSERT INTO overdue SELECT ledger, person, $1, system, '~person', 1, due_at FROM overdue`, [newHolderId()]);
    await add('crm', ['marketing-reach', 'newsletter']);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 2]]));
    await add('crm', ['newsletter']);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1]]));
    await removeSystem(fresh.pool, fresh.id, 'crm');
    const { rows } = await fresh.pool.query('SELECT FROM overdue WHERE acted_at IS NOT NULL');
    expect(rows).toHaveLength(2);
  });

  test('that is registered anew waits for no breach of another; what is none any more is ended by tidying, a stretch at a time', async () => {
    await add('crm', ['marketing-reach']);
    const event = await decided('object');
    await overdueAt(at(event, 60_000));
    await fresh.pool.query(`INSERT INTO overdue SELECT ledger, gen_random_uuid(), gen_random_uuid(), 'gone', purpose, 1, due_at FROM overdue, generate_series(1, 5100)`);
    await add('crm', ['marketing-reach', 'newsletter']);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1], ['gone', 5_100]]));
    const tidying = new TidyOverdue(fresh.pool, fresh.id);
    await tidying.run(1);
    expect((await countOverdue(fresh.pool, fresh.id)).get('gone')).toBeLessThanOrEqual(101);
    await tidying.run();
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map([['crm', 1]]));
  });

  test.each([
    ['named beside others', [['newsletter'], ['newsletter', 'marketing-reach']]],
    ['that comes with all others', [['newsletter'], undefined]],
    ['that was left out for a while', [undefined, ['newsletter'], undefined]],
    ['that was left out for a while, and is named again', [['newsletter', 'marketing-reach'], ['newsletter'], ['marketing-reach']]],
  ])('that takes up a purpose (%s) owes what is decided from then on', async (_what, [first, ...later]) => {
    await add('crm', first);
    const before = await decided('object');
    for (const purposes of later) await add('crm', purposes);
    const after = await decided('object');
    expect(await actsOf(before)).toEqual([[]]);
    expect(await actsOf(after)).toEqual([[expect.objectContaining({ state: 'waiting' })]]);
    const { systems: [running] } = await readDelays(fresh.pool, fresh.id, { since: at(before, -60_000), until: at(after, 60_000) });
    expect(running).toMatchObject({ waiting: 1 });
    expect((await overdueAt(at(after, 60_000))).map(({ event }) => event)).toEqual([after.event]);
    await keep(ackOf('crm', before, 900_000), ackOf('crm', after, 40));
    const { systems: [heard] } = await readDelays(fresh.pool, fresh.id, { since: at(before, -60_000), until: at(after, 60_000) });
    expect(heard).toMatchObject({ acted: 1 });
  });

  test('that goes on acting on a purpose owes it from the first time on, whatever else it acts on meanwhile', async () => {
    await add('crm', ['marketing-reach']);
    const event = await decided('object');
    for (const purposes of [['marketing-reach', 'newsletter'], undefined, ['marketing-reach'], undefined]) await add('crm', purposes);
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ state: 'waiting' })]]);
    expect(await overdueAt(at(event, 60_000))).toHaveLength(1);
  });

  test('is late with people alone: the canary is counted where it is judged', async () => {
    await add('crm');
    const canary = await decided('object');
    await overdueAt(at(canary, 60_000));
    await fresh.pool.query(`INSERT INTO canaries VALUES ($1, $2, 'person', now())`, [fresh.id, canary.person]);
    expect(await countOverdue(fresh.pool, fresh.id)).toEqual(new Map());
    expect(await listSystems(fresh.pool, fresh.id)).toEqual([expect.objectContaining({ id: 'crm', overdue: 0 })]);
  });

  test('may have thirty days, and no longer', async () => {
    const deadlineMs = 30 * 86_400_000;
    await addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs });
    await expect(addSystem(fresh.pool, fresh.id, { id: 'crm', deadlineMs: deadlineMs + 1 })).rejects.toThrow(RangeError);
    const event = await decided('object');
    expect(await listSystems(fresh.pool, fresh.id)).toEqual([expect.objectContaining({ deadlineMs })]);
    expect(await actsOf(event)).toEqual([[expect.objectContaining({ deadlineMs })]]);
    expect((await readDelays(fresh.pool, fresh.id, { since: at(event, -1_000), until: at(event, 1_000) })).systems).toEqual([expect.objectContaining({ deadlineMs })]);
    expect(await overdueAt(at(event, deadlineMs))).toEqual([]);
    expect(await overdueAt(at(event, deadlineMs + 200))).toHaveLength(1);
    await noteCanary(fresh.pool, fresh.id, { system: 'crm', recordedAt: new Date(), afterMs: deadlineMs - 1 });
    expect((await readCanary(fresh.pool, fresh.id)).get('crm')).toMatchObject({ afterMs: deadlineMs - 1 });
  });

  test.each([[{ id: 'CRM', deadlineMs: 1_000 }], [{ id: 'crm', deadlineMs: 5 }], [{ id: 'crm', deadlineMs: 1_000, purposes: [] }]])('that is described wrongly is refused: %j', async (system) => {
    await expect(addSystem(fresh.pool, fresh.id, system)).rejects.toThrow(RangeError);
  });
});
