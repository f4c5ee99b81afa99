import { LogFolder } from '#log-folder';
import { until } from '../until.js';
import { differences, rowsOf, type FollowingSystem } from './systems.js';

const LEFT = `SELECT (SELECT count(*)::int FROM outbox) AS waiting, (SELECT count(*)::int FROM events) AS events,
  coalesce((SELECT next FROM leases WHERE role = 'relay'), 0)::int AS given,
  coalesce((SELECT next FROM leases WHERE role = 'publisher'), 0)::int AS sent`;

export interface Left {
  waiting: number;
  events: number;
  given: number;
  sent: number;
}

/** How far the ledger's relay is. */
export async function leftOf(ledgerUrl: string): Promise<Left> {
  const [left] = await rowsOf<Left & { [name: string]: unknown }>(ledgerUrl, LEFT);
  if (!left) throw new Error('no answer');
  return left;
}

const SENT = `SELECT coalesce((SELECT next FROM leases WHERE role = 'publisher'), 0)::int AS sent`;

/** How many events are out; looks at one row. To count hundreds of thousands of events twenty times a second takes a processor from those who send them. */
export async function sentBy(ledgerUrl: string): Promise<number> {
  const [row] = await rowsOf<{ sent: number }>(ledgerUrl, SENT);
  return row?.sent ?? 0;
}

/** Everything has an index and was sent, acknowledged by Kafka. */
export async function sentAll(ledgerUrl: string, timeoutMs: number): Promise<void> {
  const all = async (): Promise<boolean> => {
    const { waiting, events, given, sent } = await leftOf(ledgerUrl);
    return waiting === 0 && given === events && sent === given;
  };
  await until(all, { timeoutMs, everyMs: 100, what: 'the relay to have sent everything' });
}

/** Everything is under a checkpoint, and every system holds what the ledger holds. */
export async function levelAll(ledgerUrl: string, logDir: string, systems: readonly FollowingSystem[], strangers: readonly string[], timeoutMs: number): Promise<void> {
  const { events } = await leftOf(ledgerUrl);
  await until(async () => (await new LogFolder(logDir).size()) === events, { timeoutMs, everyMs: 100, what: `a checkpoint over all ${events} events` });
  for (const system of systems) {
    let wrong: string[] = [];
    const level = async (): Promise<boolean> => (wrong = await differences(ledgerUrl, system, strangers)).length === 0;
    await until(level, { timeoutMs, everyMs: 250, what: `${system.name} to hold what the ledger holds` }).catch((error: Error) => {
      throw new Error(`${error.message} ${wrong.length} streams differ: ${wrong.slice(0, 3).join('; ')}`);
    });
  }
}
