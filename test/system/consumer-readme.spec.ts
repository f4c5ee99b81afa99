import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WHOLE_PERSON } from '#contracts';
import { pgStore } from '#consumer';
import { createWorld, eventMessage, type World } from './consumer-world.js';

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.pool.query('CREATE TABLE visits (device uuid, path text)');
});
afterEach(() => world.close());

/** Stores a visit by the README's own statement, and gives whether that stored it. */
async function visit(person: string): Promise<boolean> {
  const [, sql = ''] = /^```sql\n([\s\S]*?)^```$/m.exec(await readFile('libs/consumer/README.md', 'utf8')) ?? [];
  return (await world.pool.query(sql, [person, '/'])).rowCount === 1;
}

const people = (count: number): string[] => Array.from({ length: count }, () => randomUUID());
const statistics = { purposes: ['statistics'] };

describe('the README’s statement that stores under a consent', () => {
  test('stores what a consent allows, and nothing under what was withdrawn, has ended, or was parked, for the purpose or the person', async () => {
    await world.consume(statistics);
    const [allowed, withdrawn, ended, parked, personParked] = people(5) as [string, string, string, string, string];
    const grants = [allowed, withdrawn, parked, personParked].map((person) => world.writer.grant(person, 'statistics'));
    const past = world.writer.grant(ended, 'statistics', { validUntil: '2026-01-01T00:00:00.000000Z' });
    const withdrawal = world.writer.withdraw(withdrawn, 'statistics');
    await world.writer.sendEvents(...grants, past, withdrawal);
    const broken = [
      world.writer.withdraw(parked, 'statistics'),
      world.writer.next(personParked, { type: 'person-erased', purpose: WHOLE_PERSON, after: { restricted: false, erased: true, suppressed: false } }),
    ];
    for (const event of broken) await world.writer.sendRaw('events', { ...eventMessage(event), value: '{' });
    await world.acknowledged(...grants, past, withdrawal, ...broken);
    const stored = await Promise.all([allowed, withdrawn, ended, parked, personParked, randomUUID()].map(visit));
    expect(stored).toEqual([true, false, false, false, false, false]);
  });

  test('stores nothing while the purpose’s state is not known: before it was read, and after it was left out', async () => {
    const [person = ''] = people(1);
    await world.writer.send(world.writer.grant(person, 'statistics'));
    await (await world.consume(statistics)).stop();
    expect(await visit(person)).toBe(true);
    await pgStore(world.pool).narrow(['newsletter']);
    expect(await visit(person)).toBe(false);
    await pgStore(world.pool).forgetInformed();
    expect(await visit(person)).toBe(false);
  });
});
