import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Term } from '#outbox';
import { hostOf, isSecret, NoAnswer, Poster, Reach, signatureHeaders, type PosterOptions } from '#webhooks';

const EVERY_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
const MOST_LISTED = 100;
const MOST_TOLD = 10_000;
/** A breach that was over before an alarm could tell it is told for this long. */
const PAST_MS = 24 * 60 * 60 * 1000;

/** A breach may be over without an act: nothing is demanded any more of a purpose that was left out. */
const ACTED = `EXISTS (SELECT FROM acknowledgements a WHERE a.ledger = $1 AND a.person = o.person AND a.system = o.system AND a.purpose = o.purpose AND a.version >= o.version AND a.outcome IN ('applied', 'repeat'))`;
const COLUMNS = `SELECT system, person, event, purpose, due_at, o.acted_at IS NOT NULL AS over, CASE WHEN ${ACTED} THEN o.acted_at END AS acted_at, EXISTS (SELECT FROM canaries c WHERE c.ledger = $1 AND c.person = o.person) AS canary FROM overdue o WHERE ledger = $1`;
const NEW = `${COLUMNS} AND alarm IS NULL AND (o.acted_at IS NULL OR o.acted_at > $2) ORDER BY due_at, event, system LIMIT ${MOST_TOLD}`;
const OVER = `${COLUMNS} AND alarm = 'open' AND o.acted_at IS NOT NULL ORDER BY o.acted_at, event, system LIMIT ${MOST_TOLD}`;
const TOLD = `
UPDATE overdue o SET alarm = f.alarm FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS f(person, event, system, alarm)
WHERE o.ledger = $1 AND o.person = f.person AND o.event = f.event AND o.system = f.system`;

export interface AlarmReceiver {
  url: string;
  secret: string;
  posting: PosterOptions;
}

/** Where alarms go; undefined where nowhere. Whoever configures it allows its host. Throws a sentence where it is wrong. */
export function alarmReceiver({ ALARM_WEBHOOK_URL: url, ALARM_WEBHOOK_SECRET: secret }: NodeJS.ProcessEnv): AlarmReceiver | undefined {
  if (!url) return undefined;
  if (!secret || !isSecret(secret)) throw new Error('ALARM_WEBHOOK_SECRET is missing or none: whsec_ and 24 to 64 random bytes in base64');
  const reach = new Reach(URL.canParse(url) ? [hostWithPort(new URL(url))] : []);
  const fault = reach.faultOf(url);
  if (fault !== undefined) throw new Error(`ALARM_WEBHOOK_URL: ${fault}`);
  return { url, secret, posting: { reach } };
}

const hostWithPort = ({ hostname, port, protocol }: URL): string => `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`;

interface Breach {
  system: string;
  person: string;
  event: string;
  purpose: string;
  due_at: Date;
  over: boolean;
  /** Null where it is not over, or was let off. */
  acted_at: Date | null;
  /** Of nobody: the path itself is late. */
  canary: boolean;
}

type AlarmType = 'samtycke.acknowledgement-overdue' | 'samtycke.acknowledgement-resolved';

function counted(breaches: readonly Breach[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { system } of breaches) counts[system] = (counts[system] ?? 0) + 1;
  return counts;
}

/** The message for some breaches: the same breaches, the same id, so that a repeat is recognised as one. No person is in it. */
export function alarmOf(type: AlarmType, breaches: readonly Breach[], at: Date): { id: string; body: string } {
  const keys = breaches.map(({ system, event }) => `${system} ${event}`).sort();
  const id = `alarm_${createHash('sha256').update(`${type}\n${keys.join('\n')}`).digest('hex').slice(0, 32)}`;
  const listed = breaches.slice(0, MOST_LISTED).map(({ system, event, purpose, due_at: due, acted_at: acted, canary }) => ({ system, event, purpose, dueAt: due.toISOString(), ...(acted && { actedAt: acted.toISOString() }), ...(canary && { canary }) }));
  const canary = breaches.filter((breach) => breach.canary).length;
  return { id, body: JSON.stringify({ type, timestamp: at.toISOString(), data: { count: breaches.length, ...(canary > 0 && { canary }), systems: counted(breaches), acknowledgements: listed } }) };
}

interface AlarmOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
}

class Alarm {
  private readonly poster: Poster;
  constructor(
    private readonly options: AlarmOptions,
    private readonly receiver: AlarmReceiver,
    private readonly term: Term,
  ) {
    this.poster = new Poster(receiver.posting);
  }

  /** Tells what is to be told, in one message; throws NoAnswer when nobody took it. Tells whether there was anything. */
  private async tell(type: AlarmType, breaches: readonly Breach[]): Promise<boolean> {
    if (breaches.length === 0 || !this.term.leads()) return false;
    const at = new Date();
    const { id, body } = alarmOf(type, breaches, at);
    const { url, secret } = this.receiver;
    const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'samtycke', ...signatureHeaders({ id, at, body, secrets: [secret] }) };
    const { status } = await this.poster.post({ url, headers, body, signal: this.term.signal });
    if (status < 200 || status > 299) throw new NoAnswer(String(status));
    const { pool, ledger } = this.options;
    const states = breaches.map(({ over }) => (over ? 'over' : 'open'));
    await pool.query(TOLD, [ledger, breaches.map(({ person }) => person), breaches.map(({ event }) => event), breaches.map(({ system }) => system), states]);
    return true;
  }

  /** One message a round: what began before what is over. */
  private async round(): Promise<void> {
    const { pool, ledger } = this.options;
    const begun = await pool.query<Breach>(NEW, [ledger, new Date(Date.now() - PAST_MS)]);
    if (await this.tell('samtycke.acknowledgement-overdue', begun.rows)) return;
    const over = await pool.query<Breach>(OVER, [ledger]);
    await this.tell('samtycke.acknowledgement-resolved', over.rows);
  }

  async run(): Promise<void> {
    const { log } = this.options;
    for (let failures = 0; !this.term.signal.aborted; ) {
      try {
        await this.round();
        failures = 0;
      } catch (error) {
        const { code } = error as { code?: string };
        if (failures === 0 && !this.term.signal.aborted) log.error({ code, host: hostOf(this.receiver.url) }, 'an alarm could not be told; trying again');
        failures += 1;
      }
      await sleep(Math.min(EVERY_MS * 2 ** failures, LONGEST_MS), undefined, { signal: this.term.signal }).catch(() => undefined);
    }
    this.poster.close();
  }
}

/** Tells an operator's own address of each breach of a deadline, and when the system acted after all; at least once. */
export const alarm = (options: AlarmOptions, receiver: AlarmReceiver | undefined, term: Term): Promise<void>[] =>
  receiver ? [new Alarm(options, receiver, term).run()] : [];
