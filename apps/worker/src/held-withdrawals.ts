import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { mayProcess, underNotices } from '#consent';
import { decideHeld, dueHeld, finishHeld, openHeld, unaskedHeld, type FinishOptions, type HeldRow } from '#held';
import { findPeople, homeOf, nowMicros, Reader, Refusal, timeText, type Ledger, type Subject } from '#ledger';
import type { Term } from '#outbox';
import type { Counts } from '#statistics';
import type { KeyChain } from '#vault';
import { failureOf, isOfServer } from '#mails';
import { addressOf } from './address-of.js';
import { sendAnswer } from './send-answer.js';
import type { ConfirmationOptions } from './send-confirmation.js';
import { nextTry, type BackOff } from './webhooks/back-off.js';

const ROUND_MS = 5_000;
const SWEEP_ROUNDS = 12;
const DAYS = 7;

export interface HeldJobOptions extends ConfirmationOptions {
  appender: Ledger;
  lookupKeys: KeyChain;
  suppressionKeys: KeyChain;
  /** See `HeldOptions`. */
  subjectKeys: readonly Buffer[];
  counts: Pick<Counts, 'answer'>;
  log: Logger;
}

const ASKED = 'UPDATE held_withdrawals SET asked_at = $3 WHERE ledger = $1 AND id = $2';
const ASKED_ALREADY = `
SELECT 1 FROM held_withdrawals h JOIN mails m ON m.ledger = h.ledger AND m.kind = 'held' AND m.event = h.id
WHERE h.ledger = $1 AND h.lookup = $2 AND h.decided IS NULL LIMIT 1`;
const LOCALE = `SELECT state::json -> 'notice' ->> 'locale' AS locale FROM heads WHERE ledger = $1 AND person = $2 AND purpose = ANY ($3)`;
/** No mail can leave: the server cannot be reached, or takes none of ours. */
const isAway = (error: unknown): boolean => isOfServer(error) && failureOf(error) === 'away';

const OLD = [
  `DELETE FROM held_withdrawals WHERE ledger = $1 AND done_at < $2::timestamptz - interval '90 days'`,
  `DELETE FROM rates WHERE ledger = $1 AND slot < extract(epoch FROM $2::timestamptz) / 300 - 24`,
  `DELETE FROM mail_links WHERE ledger = $1 AND expires_at < $2::timestamptz - interval '30 days'`,
  `DELETE FROM upload_parts p USING uploads u WHERE u.ledger = $1 AND u.made_at < $2::timestamptz - interval '24 hours' AND p.ledger = $1 AND p.upload = u.id`,
  `DELETE FROM uploads WHERE ledger = $1 AND made_at < $2::timestamptz - interval '24 hours'`,
];

async function finishOptions(options: HeldJobOptions): Promise<FinishOptions | undefined> {
  const catalogue = await options.catalogue();
  const finder = { reader: new Reader(options.pool, options.ledger), lookupKeys: options.lookupKeys, suppressionKeys: options.suppressionKeys };
  return catalogue && { ...options, catalogue, finder };
}

/** The people to whom a held withdrawal would take something away, each as the one he is today. */
async function concerned({ finder, catalogue }: FinishOptions, row: HeldRow, subject: Subject): Promise<string[]> {
  const people = await findPeople(finder, subject).catch((error: unknown) => {
    if (error instanceof Refusal) return [];
    throw error;
  });
  const now = timeText(nowMicros());
  const today = new Set(await Promise.all(people.map(({ person }) => homeOf(finder.reader, person))));
  const asked = [...today].map(async (person) => {
    const streams = await Promise.all(row.purposes.map((purpose) => finder.reader.heads.load({ person, purpose })));
    const allowed = streams.some((stream, at) => (stream ? mayProcess(underNotices(stream, catalogue.publications, now), now) : catalogue.purposes.get(row.purposes[at] ?? '')?.choice === 'object-lift'));
    return allowed ? [person] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** The mail that asks one person: to the address that was typed where it is his, else to another one of his. */
async function askPerson(options: HeldJobOptions, finish: FinishOptions, row: HeldRow, person: string, { identifiers: [typed] }: Subject): Promise<void> {
  const { pool, ledger } = options;
  const [found] = typed ? await findPeople(finish.finder, { identifiers: [typed] }) : [];
  const to = await addressOf(options, person, found?.via?.id);
  if (!to) return;
  const { rows } = await pool.query<{ locale: string | null }>(LOCALE, [ledger, person, row.purposes]);
  const locale = rows.find((one) => one.locale !== null)?.locale ?? 'sv';
  await sendAnswer(options, { kind: 'held', person, reference: row.id, to, purposes: row.purposes, locale, days: DAYS });
}

/** Asks the owner of the address, once while his answer is awaited; nobody is written to from whom nothing would be taken. */
async function ask(options: HeldJobOptions, finish: FinishOptions, row: HeldRow): Promise<void> {
  const { pool, ledger } = options;
  const held = openHeld(options, row);
  const asked = (await pool.query(ASKED_ALREADY, [ledger, row.lookup])).rowCount;
  const [person] = held && !asked ? await concerned(finish, row, held.subject) : [];
  if (held && person !== undefined) await askPerson(options, finish, row, person, held.subject);
  await pool.query(ASKED, [ledger, row.id, new Date()]);
}

async function takeEffect(options: HeldJobOptions, finish: FinishOptions, row: HeldRow): Promise<void> {
  const decided = row.decided === null ? await decideHeld(options, row.id, 'time', 'held-withdrawals') : row;
  if (decided) await finishHeld(finish, decided);
}

const MINUTE_MS = 60_000;
const BACK_OFF: BackOff = { delays: [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS), forMs: 24 * 60 * MINUTE_MS };

/** When a question that its server puts off is tried again, by held withdrawal; on the clock of this process. */
export class PutOff {
  private readonly tries = new Map<string, { tries: number; firstAt: Date; dueAt: Date }>();

  waits(id: string): boolean {
    return (this.tries.get(id)?.dueAt.getTime() ?? -Infinity) > performance.now();
  }

  /** Gives the milliseconds until then. */
  again(id: string): number {
    const at = new Date(performance.now());
    const { tries, firstAt } = this.tries.get(id) ?? { tries: 0, firstAt: at };
    const dueAt = nextTry(BACK_OFF, { tries: tries + 1, firstAt, at }) ?? at;
    this.tries.set(id, { tries: tries + 1, firstAt, dueAt });
    return dueAt.getTime() - at.getTime();
  }

  /** Forgets those that wait for no answer any more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.tries.keys()) if (!ids.has(id)) this.tries.delete(id);
  }
}

/**
 * A question is asked once: one that its server refuses for good, or may have taken though it did not say so, is not sent again; what was held takes
 * effect when its day is over. One that is put off is tried later.
 */
async function askOnce(options: HeldJobOptions, finish: FinishOptions, row: HeldRow, putOff: PutOff): Promise<void> {
  const { pool, ledger, log } = options;
  await ask(options, finish, row).catch(async (error: unknown) => {
    const failure = isOfServer(error) ? failureOf(error) : undefined;
    const line = { held: row.id, failure, code: (error as { code?: string }).code };
    if (failure === 'put-off') return log.warn({ ...line, againMs: putOff.again(row.id) }, 'a question about a held withdrawal was put off');
    if (failure !== 'refused' && failure !== 'unclear') throw error;
    log.warn(line, 'a question about a held withdrawal is not asked again');
    await pool.query(ASKED, [ledger, row.id, new Date()]);
  });
}

/**
 * One look at all held withdrawals: releases those that have waited a day, finishes what a crash left, then asks. One that cannot be worked
 * on now (its mail cannot go out) keeps none of the others waiting; what was wrong is thrown at the end. However long questions take to leave,
 * what falls due meanwhile is released between two of them; and while no mail can leave, no second one is tried.
 */
export async function heldRound(options: HeldJobOptions, leads: () => boolean = () => true, putOff = new PutOff()): Promise<void> {
  const finish = await finishOptions(options);
  if (!finish) return;
  const errors: unknown[] = [];
  const each = async (row: HeldRow, act: typeof takeEffect): Promise<void> => {
    if (leads()) await act(options, finish, row).catch((error: unknown) => errors.push(error));
  };
  const asks = (...one: Parameters<typeof takeEffect>): Promise<void> => askOnce(...one, putOff);
  let lookedAt = 0;
  const release = async (): Promise<void> => {
    lookedAt = Date.now();
    for (const row of await dueHeld(options, new Date())) await each(row, takeEffect);
  };
  await release();
  const unasked = await unaskedHeld(options, new Date());
  putOff.keepOnly(new Set(unasked.map(({ id }) => id)));
  for (const row of unasked) {
    if (errors.some(isAway)) break;
    if (putOff.waits(row.id)) continue;
    await each(row, asks);
    if (Date.now() - lookedAt > ROUND_MS) await release();
  }
  if (errors.length > 0) throw errors[0];
}

/** Removes counts of hours that are over, held withdrawals and links long done, and uploads that no event took within 24 hours. */
export async function sweep({ pool, ledger }: Pick<HeldJobOptions, 'pool' | 'ledger'>): Promise<void> {
  for (const text of OLD) await pool.query(text, [ledger, new Date()]);
}

/** Looks every five seconds for as long as this process leads, and sweeps once a minute. */
export async function watchHeld(options: HeldJobOptions, term: Term): Promise<void> {
  const putOff = new PutOff();
  for (let round = 0; !term.signal.aborted; round += 1) {
    const jobs = [heldRound(options, () => term.leads(), putOff), ...(round % SWEEP_ROUNDS === 0 ? [sweep(options)] : [])];
    for (const job of await Promise.allSettled(jobs)) {
      if (job.status === 'fulfilled') continue;
      const { code, name } = job.reason as { code?: string; name?: string };
      options.log.warn({ job: 'held-withdrawals', code, reason: name }, 'a job cannot go on; trying again');
    }
    await sleep(ROUND_MS, undefined, { signal: term.signal }).catch(() => undefined);
  }
}
