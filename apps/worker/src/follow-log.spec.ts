import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { LedgerEvent } from '#contracts';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { Lease, sequencePage } from '#outbox';
import { freshLedger, until, type FreshLedger } from '#testing';
import { followWith, type Job } from './follow-log.js';

let fresh: FreshLedger;
beforeEach(async () => {
  fresh = await freshLedger();
});
afterEach(async () => {
  await fresh.close();
});

const takeLead = async (role: string): Promise<string> => (await new Lease(fresh.pool, fresh.id, role, newHolderId()).take())?.fencing ?? '';

/** Objections in the log, each of a person of his own. */
async function logOf(count: number): Promise<string[]> {
  const wished = fresh.catalogue.purposes.get('marketing-reach');
  if (!wished) throw new Error('no purpose');
  const people = Array.from({ length: count }, newHolderId);
  for (const person of people) await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person, kind: 'person' }], wishes: [{ purpose: wished, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  const fencing = await takeLead('relay');
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
  return people;
}

interface Followed {
  handled: string[];
  end: () => Promise<void>;
}

/** A job whose worker is unsure that it leads from its second event on, until `sure`. */
async function followed(how: 'handle' | 'handleAll', leads: (handled: readonly string[]) => boolean): Promise<Followed> {
  const handled: string[] = [];
  const over = new AbortController();
  const note = async ({ person }: LedgerEvent): Promise<void> => void handled.push(person);
  const all = async (events: LedgerEvent[]): Promise<void> => events.forEach(({ person }) => handled.push(person));
  const job: Job = { name: 'told', types: ['objection-raised'], handle: note, ...(how === 'handleAll' && { handleAll: all }) };
  const term = { fencing: await takeLead('worker'), signal: over.signal, leads: () => leads(handled), end: () => over.abort() };
  const running = followWith({ pool: fresh.pool, ledger: fresh.id, log: pino({ level: 'silent' }) }, [job]).run(term);
  return { handled, end: () => (over.abort(), running) };
}

test.each(['handle', 'handleAll'] as const)('a worker that was unsure for a moment whether it leads goes on where it stopped, and passes over no event (%s)', async (how) => {
  const people = await logOf(4);
  let unsure = 0;
  // The database answered too late once: the lease is held all the same.
  const { handled, end } = await followed(how, (so) => so.length !== (how === 'handle' ? 2 : 0) || (unsure += 1) > 3);
  await until(() => people.every((person) => handled.includes(person)), { timeoutMs: 10_000, what: 'all events' });
  expect(unsure).toBeGreaterThan(3);
  expect([...new Set(handled)]).toEqual(people);
  await end();
});
