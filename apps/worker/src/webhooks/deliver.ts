import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Bell, Term } from '#outbox';
import type { Tokens } from '#vault';
import { addCounts, hostOf, type DeliveryOutcome, type Poster } from '#webhooks';
import { longestWait, nextTry, type BackOff } from './back-off.js';
import { Gate } from './gate.js';
import { Queue, type Delivered, type Failed, type Waiting } from './queue.js';
import { LONGEST_REST_MS, tryOnce, type Receiver, type Tried } from './try-once.js';

/** Events on their way to one system at once, each of another person. */
const AT_ONCE = 16;
const POLL_MS = 500;
/** How soon it is noticed that a clock was set back. */
const CLOCK_MS = 60_000;
const HOOK = 'SELECT url, registration, secret, old_secret, old_until FROM webhooks WHERE ledger = $1 AND system = $2 AND state = $3';

export interface DeliverOptions {
  pool: Pool;
  ledger: number;
  log: Logger;
  tokens: Tokens;
  poster: Poster;
  backOff: BackOff;
  /** Rung when the log has grown. */
  bell: Bell;
  /** Called when there is something to acknowledge. */
  onEnded: () => void;
}

interface HookRow {
  url: string;
  registration: string | null;
  secret: string;
  old_secret: string | null;
  old_until: Date | null;
}

/** Tells one system what is its own, in order for each person; a person whose event fails holds up nobody else. */
export class Delivery {
  private readonly queue: Queue;
  private readonly onTheWay = new Map<string, Promise<void>>();
  private readonly opened = new Map<string, string>();
  private ended: Tried[] = [];
  private registration?: string | null;
  private gate = new Gate(AT_ONCE);
  private refusing = false;
  private rectifiedAt = -Infinity;
  constructor(
    private readonly options: DeliverOptions,
    private readonly system: string,
    private readonly term: Term,
  ) {
    this.queue = new Queue(options.pool, options.ledger, system, term.fencing);
  }

  /** Until the term ends, or the system has no active webhook any more. Throws when the database fails. Leaves nothing on its way. */
  async run(): Promise<void> {
    try {
      await this.tell();
    } finally {
      await Promise.all(this.onTheWay.values());
    }
    await this.settle();
  }

  private async tell(): Promise<void> {
    const { bell } = this.options;
    for (let more = false; this.term.leads(); ) {
      await this.settle();
      const receiver = await this.receiver();
      if (!receiver) return;
      this.turnTo(receiver.registration);
      await this.rectify();
      const started = await this.start(receiver);
      more = started < this.gate.room(AT_ONCE) && (await this.queue.takeUp());
      if (!more && this.ended.length === 0) await bell.wait(POLL_MS, this.term.signal);
    }
  }

  /** What was before a registration says nothing of what is registered now. */
  private turnTo(registration: string | null): void {
    if (registration === this.registration) return;
    this.registration = registration;
    this.gate = new Gate(AT_ONCE);
    this.refusing = false;
  }

  private async rectify(): Promise<void> {
    if (performance.now() - this.rectifiedAt < CLOCK_MS) return;
    await this.queue.rectify(longestWait(this.options.backOff, LONGEST_REST_MS));
    this.rectifiedAt = performance.now();
  }

  private async receiver(): Promise<Receiver | undefined> {
    const { pool, ledger } = this.options;
    const { rows: [row] } = await pool.query<HookRow>(HOOK, [ledger, this.system, 'active']);
    if (!row) return undefined;
    const sealed = [row.secret, ...(row.old_secret !== null && row.old_until !== null && row.old_until > new Date() ? [row.old_secret] : [])];
    return { system: this.system, url: row.url, registration: row.registration, secrets: await Promise.all(sealed.map((one) => this.open(one))) };
  }

  private async open(sealed: string): Promise<string> {
    const secret = this.opened.get(sealed) ?? (await this.options.tokens.openShared(this.system, sealed));
    this.opened.set(sealed, secret);
    return secret;
  }

  /** Sends what is due, as far as there is room; tells how many that were. */
  private async start(receiver: Receiver): Promise<number> {
    const room = this.gate.room(AT_ONCE) - this.onTheWay.size;
    // Whether a receiver is back is asked with whatever waits.
    const due = room > 0 ? await this.queue.due([...this.onTheWay.keys()], room, this.gate.closed ? undefined : new Date()) : [];
    for (const row of due) {
      if (!this.term.leads()) return 0;
      if (row.superseded) {
        this.options.log.info({ system: this.system, event: row.event.event }, 'a parked event is passed over: the system has learnt a later state');
        await this.queue.passOver(row);
        continue;
      }
      this.onTheWay.set(row.person, this.send(receiver, row));
    }
    return due.length;
  }

  private async send(receiver: Receiver, row: Waiting): Promise<void> {
    const tried = await tryOnce(this.options.poster, receiver, row, this.term.signal);
    this.ended.push(tried);
    this.options.bell.ring();
  }

  /** Writes down how the tries since ended; only then is a person's next event due. */
  private async settle(): Promise<void> {
    const tried = this.ended;
    if (tried.length === 0) return;
    this.ended = [];
    // A receiver that is gone has not refused this event.
    const failures = tried.filter(({ ending }) => ending.kind !== 'delivered' && ending.kind !== 'gone').map((one) => this.failureOf(one));
    const delivered = tried.flatMap(({ row, receiver: { registration }, at, ending }): Delivered[] => (ending.kind === 'delivered' ? [{ row, registration, at, ...ending }] : []));
    const back = this.listen(tried.filter(({ receiver }) => receiver.registration === this.registration));
    this.hearParked(delivered);
    await this.queue.delivered(delivered);
    await this.queue.failed(failures);
    if (back) await this.queue.forward();
    for (const { receiver } of tried.filter(({ ending }) => ending.kind === 'gone')) await this.disable(receiver);
    for (const { row } of tried) this.onTheWay.delete(row.person);
    const counts = tried.map(({ seconds, ending }) => ({ seconds, outcome: ending.kind satisfies DeliveryOutcome }));
    await addCounts(this.options.pool, this.options.ledger, this.system, counts);
    if (delivered.length > 0 || failures.some(({ dueAt }) => dueAt === undefined)) this.options.onEnded();
  }

  private failureOf({ row, receiver: { registration }, at, ending }: Tried): Failed {
    const { backOff, log } = this.options;
    const problem = 'status' in ending ? String(ending.status) : 'code' in ending ? ending.code : '';
    const notBefore = 'restMs' in ending && ending.restMs !== undefined ? new Date(at.getTime() + ending.restMs) : undefined;
    const dueAt = nextTry(backOff, { tries: row.tries + 1, firstAt: row.firstAt ?? at, at, notBefore });
    if (!dueAt) log.error({ system: this.system, event: row.event.event, tries: row.tries + 1, problem }, 'an event could not be delivered, and is parked');
    return { row, registration, problem, at, dueAt };
  }

  private hearParked(delivered: readonly Delivered[]): void {
    for (const { row } of delivered.filter(({ outcome }) => outcome === 'parked')) this.options.log.warn({ system: this.system, event: row.event.event }, 'a webhook says that it parked an event');
  }

  /** What the tries say about the receiver; true when it answers again after an outage. */
  private listen(tried: readonly Tried[]): boolean {
    const { log } = this.options;
    const { system } = this;
    let back = false;
    for (const one of tried) {
      const { ending } = one;
      if (ending.kind === 'unreachable') {
        if (this.gate.unanswered(ending.code)) log.warn({ system, problem: ending.code }, 'a webhook does not answer; trying again');
        continue;
      }
      if (this.gate.answered()) back = true;
      if (ending.kind === 'refused') this.hearRefusal(one, ending);
      this.refusing = ending.kind === 'refused';
    }
    if (back) log.info({ system }, 'a webhook answers again');
    return back;
  }

  private hearRefusal({ row }: Tried, { status, restMs }: { status: number; restMs?: number }): void {
    if (!this.refusing) this.options.log.warn({ system: this.system, event: row.event.event, status }, 'a webhook refuses an event; trying again');
    if ((status === 429 || status === 503) && restMs !== undefined) this.gate.rest(restMs);
  }

  private async disable({ url, registration }: Receiver): Promise<void> {
    if (await this.queue.disable(registration)) this.options.log.error({ system: this.system, host: hostOf(url) }, 'a webhook is gone (410): it is disabled until it is registered again');
  }
}
