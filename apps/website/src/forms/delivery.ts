import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { isRefused } from '#mails';
import type { Spool } from '../store/spool.js';
import type { ApiRequest } from './consents-request.js';
import type { CompanyMail, PostMail } from './post-mail.js';
import type { RefusedMail, RefusedMails } from './refused-mails.js';

/** What a form was turned into, and what of it has still to be done. */
export interface Submission {
  form: string;
  at: string;
  mail?: CompanyMail;
  consents?: ApiRequest;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
const PATIENCE_MS = 10_000;
/** A site may tell of a yes for so long; later it counts for nothing. */
const CONSENTS_LAST_MS = 7 * 86_400_000;
const MOST_WAITING = 1_000;

type Told = 'done' | 'refused' | 'again';

/** Of the key, of an earlier call, or of the moment, and not of what is told. */
const PASSES = [401, 403, 408, 409, 425, 429];

/** With the key that the site has now, whatever it had when the form came. */
async function tell({ url, headers, body }: ApiRequest, siteKey: string): Promise<{ told: Told; status?: number }> {
  try {
    const { status } = await fetch(url, { method: 'POST', headers: { ...headers, authorization: `Bearer ${siteKey}` }, body, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (status < 300) return { told: 'done', status };
    return { told: PASSES.includes(status) || status >= 500 ? 'again' : 'refused', status };
  } catch {
    return { told: 'again' };
  }
}

/** The yes first: a mail server can take its time. */
const PARTS = ['consents', 'mail'] as const;

export interface DeliveryOptions {
  spool: Spool<Submission>;
  refused: RefusedMails;
  post: PostMail;
  siteKey: string;
  log: Logger;
}

/**
 * Takes what a form sent and hands it on: the yes to the ledger, the mail to the company, each until it is taken or refused for good, neither
 * after the other. What is handed on is gone from here; a mail that is refused for good lies with the refused ones. A crash between handing on and noting it repeats it: the mail under its Message-ID, the yes under
 * its Idempotency-Key. Logs name forms, ids and codes, and nobody.
 */
export class Delivery {
  private readonly pauses = new Map<string, { until: number; pause: number }>();
  /** Ids that were handed on of late. */
  private readonly done = new LRUCache<string, true>({ max: 1_000 });
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly options: DeliveryOptions) {}

  /** Whether it stands safely when this resolves; false while too much waits. The same id twice is one. */
  async take(id: string, submission: Submission): Promise<boolean> {
    const { spool } = this.options;
    if (this.done.has(id)) return true;
    if ((await spool.list()).length >= MOST_WAITING) return false;
    if (!(await spool.get(id))) await spool.put(id, submission);
    this.wake();
    return true;
  }

  /** Goes on with what waits from before. Nothing is taken before this resolves. */
  async start(): Promise<void> {
    await this.options.spool.tidy();
    await this.options.refused.start();
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.all([this.running, this.options.refused.stop()]);
  }

  /** What waits, and what the company's mail server refused. */
  async counts(): Promise<{ formsWaiting: number; formsRefused: number }> {
    const [waiting, formsRefused] = await Promise.all([this.options.spool.list(), this.options.refused.count()]);
    return { formsWaiting: waiting.length, formsRefused };
  }

  private wake(): void {
    this.again = true;
    if (this.stopped || this.running) return;
    this.running = this.rounds().finally(() => (this.running = undefined));
  }

  private async rounds(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      for (const id of await this.options.spool.list().catch(() => [])) await this.handOn(id);
    }
    const next = Math.min(...[...this.pauses.values()].map(({ until }) => until));
    clearTimeout(this.timer);
    if (next < Infinity && !this.stopped) this.timer = setTimeout(() => this.wake(), Math.max(0, next - Date.now())).unref();
  }

  private async handOn(id: string): Promise<void> {
    const { spool, log } = this.options;
    if (this.stopped || (this.pauses.get(id)?.until ?? 0) > Date.now()) return;
    try {
      const submission = await spool.get(id);
      if (submission) await this.send(id, submission);
      this.pauses.delete(id);
    } catch (error) {
      const pause = Math.min(LONGEST_PAUSE_MS, 2 * (this.pauses.get(id)?.pause ?? FIRST_PAUSE_MS / 2));
      this.pauses.set(id, { pause, until: Date.now() + pause });
      log.warn({ submission: id, code: (error as { code?: unknown }).code, status: (error as { status?: unknown }).status, pause }, 'a form waits to be handed on');
    }
  }

  /** Neither waits for the other. */
  private async send(id: string, submission: Submission): Promise<void> {
    const { spool, log } = this.options;
    const rest = { ...submission };
    const faults: unknown[] = [];
    for (const part of PARTS) if (rest[part]) await this.handOver(id, rest, part).catch((fault: unknown) => faults.push(fault));
    if (faults.length > 0) throw faults[0];
    await spool.remove(id);
    this.done.set(id, true);
    log.info({ submission: id, form: rest.form }, 'nothing of a form waits any more');
  }

  /** What was taken is noted at once. */
  private async handOver(id: string, rest: Submission, part: (typeof PARTS)[number]): Promise<void> {
    const { spool } = this.options;
    const { mail, consents, at } = rest;
    if (part === 'mail' && mail) await this.mail(id, { form: rest.form, at, mail });
    if (part === 'consents' && consents) await this.record(id, consents, Date.parse(at));
    delete rest[part];
    if (rest.mail ?? rest.consents) await spool.put(id, rest);
  }

  private async mail(id: string, sent: Omit<RefusedMail, 'code'>): Promise<void> {
    const { post, refused } = this.options;
    await post(sent.mail).catch(async (error: unknown) => {
      if (!isRefused(error)) throw error;
      await refused.keep(id, { ...sent, code: (error as { responseCode?: number }).responseCode });
    });
  }

  private async record(id: string, request: ApiRequest, at: number): Promise<void> {
    const { told, status } = await tell(request, this.options.siteKey);
    if (told === 'refused') this.options.log.error({ submission: id, status }, 'the ledger does not take what was ticked beside a form');
    if (told !== 'again') return;
    if (Date.now() - at < CONSENTS_LAST_MS) throw Object.assign(new Error('the ledger does not answer'), { code: 'LEDGER_AWAY', status });
    this.options.log.error({ submission: id, status }, 'a yes is too old to be told and is dropped');
  }
}
