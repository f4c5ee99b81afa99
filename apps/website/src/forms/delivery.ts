import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { isRefused } from '#mails';
import type { Spool } from '../store/spool.js';
import type { ApiRequest } from './consents-request.js';
import { Lane } from './lane.js';
import type { CompanyMail, PostMail } from './post-mail.js';
import type { RefusedMail, RefusedMails } from './refused-mails.js';

/** What a form was turned into, and what of it has still to be done. */
export interface Submission {
  form: string;
  at: string;
  mail?: CompanyMail;
  consents?: ApiRequest;
}

const PATIENCE_MS = 10_000;
/** A site may tell of a yes for so long; later it counts for nothing. */
const CONSENTS_LAST_MS = 7 * 86_400_000;
const MOST_WAITING = 1_000;

type Told = 'done' | 'refused' | 'again';

/** Of the key, of an earlier call, or of the moment, and not of what is told. */
const PASSES = [401, 403, 408, 409, 425, 429];
/** What is said of an address by whoever has looked at nothing of the call. */
const OF_NO_CALL: readonly unknown[] = ['not_found', 'method_not_allowed', 'refused'];

/** What an answer says. Whatever stands before the ledger answers too, without its words: then the ledger was not told. */
async function toldBy(response: Response): Promise<Told> {
  const { accepted, code } = ((await response.json()) ?? {}) as { accepted?: unknown; code?: unknown };
  if (response.ok) return accepted === true ? 'done' : 'again';
  return typeof code !== 'string' || OF_NO_CALL.includes(code) || PASSES.includes(response.status) || response.status >= 500 ? 'again' : 'refused';
}

/** With the key that the site has now, whatever it had when the form came. */
async function tell({ url, headers, body }: ApiRequest, siteKey: string): Promise<{ told: Told; status?: number }> {
  try {
    const response = await fetch(url, { method: 'POST', headers: { ...headers, authorization: `Bearer ${siteKey}` }, body, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    const { status } = response;
    return { told: await toldBy(response).catch((): Told => 'again'), status };
  } catch {
    return { told: 'again' };
  }
}

const PARTS = ['consents', 'mail'] as const;
type Part = (typeof PARTS)[number];

export interface DeliveryOptions {
  spool: Spool<Submission>;
  refused: RefusedMails;
  post: PostMail;
  siteKey: string;
  log: Logger;
}

/**
 * Takes what a form sent and hands it on: the yes to the ledger, the mail to the company, each until it is taken or refused for good. What is
 * handed on is gone from here; a mail that is refused for good lies with the refused ones. A crash between handing on and noting it repeats
 * it: the mail under its Message-ID, the yes under its Idempotency-Key. Logs name forms, ids and codes, and nobody.
 */
export class Delivery {
  /** Each part goes by itself: while a mail server takes its time no yes waits for it, nor the other way round. */
  private readonly lanes = PARTS.map((part) => new Lane({ list: () => this.options.spool.list(), handOn: (id) => this.handOn(id, part), failed: (...what) => this.failed(...what) }));
  /** Ids that were handed on of late. */
  private readonly done = new LRUCache<string, true>({ max: 1_000 });
  /** Files are read and written one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: DeliveryOptions) {}

  /** Whether it stands safely when this resolves; false while too much waits. The same id twice is one, also at once. */
  async take(id: string, submission: Submission): Promise<boolean> {
    const isTaken = await this.inTurn(() => this.keep(id, submission));
    if (isTaken) this.wake();
    return isTaken;
  }

  /** Goes on with what waits from before. Nothing is taken before this resolves. */
  async start(): Promise<void> {
    await this.options.spool.tidy();
    await this.options.refused.start();
    this.wake();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.lanes.map((lane) => lane.stop()), this.options.refused.stop()]);
  }

  /** What waits, and what the company's mail server refused. */
  async counts(): Promise<{ formsWaiting: number; formsRefused: number }> {
    const [waiting, formsRefused] = await Promise.all([this.options.spool.list(), this.options.refused.count()]);
    return { formsWaiting: waiting.length, formsRefused };
  }

  private wake(): void {
    for (const lane of this.lanes) lane.wake();
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.last.catch(() => undefined).then(act);
    this.last = turn;
    return turn;
  }

  private async keep(id: string, submission: Submission): Promise<boolean> {
    const { spool } = this.options;
    if (this.done.has(id) || (await spool.get(id))) return true;
    if ((await spool.list()).length >= MOST_WAITING) return false;
    await spool.put(id, submission);
    return true;
  }

  private failed(id: string, error: unknown, pause: number): void {
    const { code, status } = error as { code?: unknown; status?: unknown };
    this.options.log.warn({ submission: id, code, status, pause }, 'a form waits to be handed on');
  }

  private async handOn(id: string, part: Part): Promise<void> {
    const submission = await this.options.spool.get(id);
    if (!submission?.[part]) return;
    const { form, at, mail, consents } = submission;
    if (part === 'mail' && mail) await this.mail(id, { form, at, mail });
    if (part === 'consents' && consents) await this.record(id, consents, Date.parse(at));
    await this.inTurn(() => this.note(id, part));
  }

  /** What was handed on is noted at once; with the last of it the submission is gone. */
  private async note(id: string, part: Part): Promise<void> {
    const { spool, log } = this.options;
    const rest = await spool.get(id);
    delete rest?.[part];
    if (rest?.mail ?? rest?.consents) return spool.put(id, rest);
    await spool.remove(id);
    this.done.set(id, true);
    log.info({ submission: id, form: rest?.form }, 'nothing of a form waits any more');
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
