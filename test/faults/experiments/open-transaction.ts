import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { changeConsent, Ledger, newHolderId, readCatalogue, uuidv7 } from '#ledger';
import { until } from '#testing';
import { personKeysOf } from '#vault';
import { demand, experiment } from '../experiment.js';
import { ownPeople } from '../people.js';
import type { World } from '../world.js';

/** Appends an objection by the ledger's own code, in a transaction that is left open. Gives its event and how to commit. */
export async function appendUncommitted(world: World): Promise<{ event: string; commit(): Promise<void> }> {
  const client = new pg.Client({ connectionString: world.ledgerUrl });
  await client.connect();
  await client.query('BEGIN');
  const held = { query: client.query.bind(client), release: () => undefined };
  const pool = { connect: async () => held, query: held.query } as unknown as pg.Pool;
  const [row] = await world.query<{ id: number }>('SELECT id FROM ledgers');
  const ledger = row?.id ?? 1;
  const catalogue = await readCatalogue(pool, ledger);
  const purpose = catalogue?.purposes.get('marketing-reach');
  demand(purpose !== undefined, 'the catalogue has no such purpose');
  const appender = new Ledger({ ledger, origin: world.keyring.origin, pool, keys: personKeysOf(world.keyring) });
  const answer = await changeConsent(appender, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  return {
    event: answer.decisions[0]?.event ?? '',
    commit: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

export const openTransaction = experiment({
  name: 'open-transaction',
  title: 'a transaction that holds an event stays open under load: the event is not missed, it comes behind those that passed it',
  short: { seconds: 6 },
  whole: { seconds: 60 },
  async run(world, sizes) {
    const open = await appendUncommitted(world);
    const load = await world.load({ next: await ownPeople(world), perSecond: 300 }, () => pause(sizes.seconds * 1_000));
    await open.commit();
    const rows = await until(
      async () => {
        const found = await world.query<{ passed: number }>('SELECT (SELECT count(*)::int FROM leaves o JOIN events x USING (ledger, person, seq) WHERE o.idx < l.idx AND x.recorded_at > e.recorded_at) AS passed FROM leaves l JOIN events e USING (ledger, person, seq) WHERE l.event = $1', [open.event]);
        return found.length > 0 && found;
      },
      { timeoutMs: 10_000, what: 'the late event to get its index' },
    );
    return `open for ${sizes.seconds} s, ${rows[0]?.passed} younger events passed it, ${load.perSecond} changes a second`;
  },
});
