import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { freshLedger, until, type FreshLedger } from '#testing';
import { Checkpoints } from './checkpoints.js';
import { leadWhilePossible, type Term } from './lead.js';
import { Lease } from './lease.js';
import { Cursor, leafOf, readLog } from './log.js';
import { beginLook, endLook } from './lost.js';
import { noteRefill, pendingRefills, requestRefill } from './refill.js';
import { noteStatePlaces, readStatePlaces } from './state-places.js';
import { LostLease, sequencePage } from './sequence.js';

let fresh: FreshLedger;
beforeEach(async () => {
  fresh = await freshLedger();
});
afterEach(async () => {
  await fresh.close();
});

async function grant(person = newHolderId()): Promise<string> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  const stream = await fresh.reader.heads.load({ person, purpose: purpose.id });
  const decision = stream?.status === 'objected' ? 'lift' : 'object';
  await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose, decision }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  return person;
}

const relay = (): Lease => new Lease(fresh.pool, fresh.id, 'relay', newHolderId());

describe('sequencing', () => {
  test('gives contiguous indices from 0, in order for each person, and empties the outbox', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => grant()));
    for (const person of people.slice(0, 10)) await grant(person);
    const held = await relay().take();
    while ((await sequencePage(fresh.pool, fresh.id, held?.fencing ?? '')).length > 0);
    const leaves = await readLog(fresh.pool, fresh.id, 0, 1000);
    const facts = leaves.filter((leaf) => leaf.event.purpose === '~ledger').length;
    expect(leaves.map((leaf) => leaf.index)).toEqual(Array.from({ length: 40 + facts }, (_, at) => at));
    const seqs = new Map<string, number>();
    for (const { event } of leaves) {
      expect(event.seq).toBe((seqs.get(event.person) ?? 0) + 1);
      seqs.set(event.person, event.seq);
    }
    const { rows } = await fresh.pool.query('SELECT count(*)::int AS left FROM outbox');
    expect(rows).toEqual([{ left: 0 }]);
  });

  test('an event that becomes visible late gets a later index, and none is missed', async () => {
    const held = await relay().take();
    const fencing = held?.fencing ?? '';
    while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
    const before = (await readLog(fresh.pool, fresh.id, 0, 1000)).length;
    const slow = await fresh.pool.connect();
    await slow.query('BEGIN');
    const late = newHolderId();
    await slow.query(
      `INSERT INTO events SELECT ledger, $1, purpose, version, seq, request, ordinal, event, type, recorded_at, occurred_at, bytes FROM events ORDER BY seq LIMIT 1`,
      [late],
    );
    await slow.query(`INSERT INTO outbox SELECT ledger, recorded_at, $1, seq FROM events WHERE person = $1`, [late]);
    await grant();
    await sequencePage(fresh.pool, fresh.id, fencing);
    await slow.query('COMMIT');
    slow.release();
    expect(await sequencePage(fresh.pool, fresh.id, fencing)).toHaveLength(1);
    const { rows } = await fresh.pool.query('SELECT idx::int AS idx FROM leaves WHERE person = $1', [late]);
    expect(rows).toEqual([{ idx: before + 1 }]);
  });

  test('a leader whose lease was taken over writes no index any more', async () => {
    const frozen = await relay().take();
    await grant();
    await fresh.pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    const next = await relay().take();
    expect(Number(next?.fencing)).toBeGreaterThan(Number(frozen?.fencing));
    await expect(sequencePage(fresh.pool, fresh.id, frozen?.fencing ?? '')).rejects.toBeInstanceOf(LostLease);
    expect(await sequencePage(fresh.pool, fresh.id, next?.fencing ?? '')).not.toEqual([]);
  });

  test('nor does one that leads on a server whose place another has taken: it may lack what was committed last', async () => {
    await fresh.pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    const held = await relay().take();
    const { fencing = '', server } = held ?? {};
    await grant();
    await expect(sequencePage(fresh.pool, fresh.id, fencing, `${server} before`)).rejects.toBeInstanceOf(LostLease);
    const checkpoints = new Checkpoints(fresh.pool, fresh.id);
    const signed = { size: 1, root: Buffer.alloc(32), signedAt: 1_800_000_000, note: 'a checkpoint' };
    expect(await checkpoints.keep(signed, { fencing, server: `${server} before` })).toBeUndefined();
    expect(await sequencePage(fresh.pool, fresh.id, fencing, server)).not.toEqual([]);
    expect(await checkpoints.keep(signed, { fencing, server })).toMatchObject({ size: 1 });
  });

  test('a cursor only rises, and only by the hand of the leader', async () => {
    const old = await relay().take();
    const cursor = new Cursor(fresh.pool, fresh.id, 'publisher', { role: 'relay', fencing: old?.fencing ?? '' });
    await cursor.read();
    await cursor.move(5);
    await cursor.move(3);
    expect(await cursor.read()).toBe(5);
    await fresh.pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    await relay().take();
    await cursor.move(9);
    expect(await cursor.read()).toBe(5);
  });

  test('a look at what was sent before begins below what was signed, and sent, when it began; one that was not ended is gone on with', async () => {
    const { pool, id } = fresh;
    await pool.query(`INSERT INTO checkpoints (ledger, size, root, signed_at, note) VALUES ($1, 90, '', now(), ''), ($1, 100, '', now(), '')`, [id]);
    await new Cursor(pool, id, 'publisher', { role: 'relay', fencing: '0' }).read();
    await pool.query(`UPDATE leases SET next = 95 WHERE role = 'publisher'`);
    expect(await beginLook(pool, id)).toBe(95);
    await pool.query(`UPDATE leases SET next = 300 WHERE role = 'publisher'`);
    await pool.query(`INSERT INTO checkpoints (ledger, size, root, signed_at, note) VALUES ($1, 200, '', now(), '')`, [id]);
    expect(await beginLook(pool, id)).toBe(95);
    await endLook(pool, id, 95);
    expect(await beginLook(pool, id)).toBe(200);
    await endLook(pool, id, 95);
    expect(await beginLook(pool, id)).toBe(200);
  });

  test('how far the state topic was looked at is noted by the hand of the leader alone, and begins again with a refill of that topic', async () => {
    const old = await relay().take();
    const leader = { fencing: old?.fencing ?? '', server: old?.server };
    await noteStatePlaces(fresh.pool, fresh.id, new Map([[0, 7], [11, 2]]), leader);
    await noteStatePlaces(fresh.pool, fresh.id, new Map([[0, 5]]), leader);
    await noteStatePlaces(fresh.pool, fresh.id, new Map([[0, 8], [4, 1]]), { ...leader, server: `${old?.server} before` });
    await fresh.pool.query(`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    await relay().take();
    await noteStatePlaces(fresh.pool, fresh.id, new Map([[0, 9], [3, 1]]), leader);
    expect(await readStatePlaces(fresh.pool, fresh.id)).toEqual(new Map([[0, 5], [11, 2]]));
    await requestRefill(fresh.pool, fresh.id, 'events');
    expect(await readStatePlaces(fresh.pool, fresh.id)).toEqual(new Map([[0, 5], [11, 2]]));
    await requestRefill(fresh.pool, fresh.id, 'state');
    expect(await readStatePlaces(fresh.pool, fresh.id)).toEqual(new Map([[0, 0], [11, 0]]));
  });
});

test('a refill that is asked for again while its first page is on its way begins again, and is not done with the one before', async () => {
  const held = await relay().take();
  const leader = { fencing: held?.fencing ?? '', server: held?.server };
  for (const to of [500, undefined]) {
    await requestRefill(fresh.pool, fresh.id, 'events');
    const [first] = await pendingRefills(fresh.pool, fresh.id);
    await requestRefill(fresh.pool, fresh.id, 'events');
    if (first) await noteRefill(fresh.pool, fresh.id, first, leader, to);
    const [second] = await pendingRefills(fresh.pool, fresh.id);
    expect(second).toMatchObject({ topic: 'events', next: 0 });
    if (second) await noteRefill(fresh.pool, fresh.id, second, leader);
    expect(await pendingRefills(fresh.pool, fresh.id)).toEqual([]);
  }
});

describe('leading', () => {
  test('no fencing number is given twice, not by a server either that lacks who led last; and whoever led elsewhere ends nobody’s lease here', async () => {
    const before = Date.now();
    const lease = relay();
    const first = await lease.take();
    expect(Number(first?.fencing)).toBeGreaterThanOrEqual(before - 1);
    if (first) await lease.giveUp({ ...first, server: `${first.server} before` });
    expect(await relay().take()).toBeUndefined();
    // As a server has it that was told of no leader since yesterday.
    await fresh.pool.query(`UPDATE leases SET fencing = fencing - 86400000, expires_at = clock_timestamp() - interval '1 second' WHERE role = 'relay'`);
    const second = await relay().take();
    expect(Number(second?.fencing)).toBeGreaterThan(Number(first?.fencing));
  });

  test('one of two leads; when it ends, the other takes over within two seconds', async () => {
    const terms: { name: string; term: Term }[] = [];
    const run = (name: string, stop: AbortController): Promise<void> =>
      leadWhilePossible({
        lease: relay(),
        stop: stop.signal,
        work: async (term) => {
          terms.push({ name, term });
          await sleep(60_000, undefined, { signal: term.signal }).catch(() => undefined);
        },
        onError: () => undefined,
        onChange: () => undefined,
      });
    const [one, other] = [new AbortController(), new AbortController()];
    const running = [run('one', one), run('other', other)];
    await until(() => terms.length === 1);
    const first = terms[0];
    const { rows: [lease] } = await fresh.pool.query<{ expires_at: Date }>(`SELECT expires_at FROM leases WHERE role = 'relay'`);
    await until(async () => (await fresh.pool.query('SELECT WHERE clock_timestamp() > $1', [lease?.expires_at])).rowCount === 1, { what: 'the time for which it was taken to be over' });
    expect(terms).toHaveLength(1);
    expect(first?.term.leads()).toBe(true);
    (first?.name === 'one' ? one : other).abort();
    await until(() => terms.length === 2, { timeoutMs: 2_000 });
    expect(first?.term.leads()).toBe(false);
    expect(terms[1]?.term.leads()).toBe(true);
    one.abort();
    other.abort();
    await Promise.all(running);
  });
});

test('what is read of a leaf without its event is what the event says', () => {
  const event = { fact: { recordedAt: '2026-01-01T00:00:00.000000Z', type: 'person-erased' }, reason: '"recordedAt":"x"', recordedAt: '2026-11-22T10:00:00.000001Z', request: 'r', type: 'right-closed', viaId: 'x' };
  const leaf = leafOf({ idx: '1', hash: '', text: JSON.stringify(event) });
  expect(leaf.recordedAt).toBe(event.recordedAt);
  expect(leaf.event).toEqual(event);
  expect(leaf.bytes.toString()).toBe(JSON.stringify(event));
  expect(leaf.mayBe('right-closed')).toBe(true);
  expect(leaf.mayBe('consent-granted')).toBe(false);
});
