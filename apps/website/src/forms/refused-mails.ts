import type { Logger } from 'pino';
import { isRefused } from '#mails';
import type { Spool } from '../store/spool.js';
import type { CompanyMail, PostMail } from './post-mail.js';

/** A form's mail that the company's mail server refused for good. */
export interface RefusedMail {
  form: string;
  at: string;
  mail: CompanyMail;
  /** What the server answered, without its words: an address may stand in them. */
  code?: number;
}

const KEPT_MS = 30 * 86_400_000;
const MOST = 1_000;
const LOOK_MS = 5 * 60_000;

/** The name begins with when it was refused, so that names sort by age. */
const nameOf = (id: string): string => `${Date.now()}-${id}`;
const timeIn = (name: string): number => Number(name.slice(0, name.indexOf('-')));
const idIn = (name: string): string => name.slice(name.indexOf('-') + 1);

export interface RefusedOptions {
  spool: Spool<RefusedMail>;
  post: PostMail;
  log: Logger;
}

/**
 * Keeps what the company's mail server refuses for good, apart from what waits: it is not tried again while the site runs, and closes no form.
 * Each is tried once more after a start, which is when another address or server is named. After 30 days it is removed; of more than a
 * thousand the oldest goes.
 */
export class RefusedMails {
  private before: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: RefusedOptions) {}

  /** On the disk when this resolves. */
  async keep(id: string, refused: RefusedMail): Promise<void> {
    const { spool, log } = this.options;
    // One that was put aside before a crash, and refused again after it, lies here already.
    const known = (await spool.list()).find((name) => idIn(name) === id);
    await spool.put(known ?? nameOf(id), refused);
    await this.prune();
    log.error({ submission: id, form: refused.form, status: refused.code, refused: await this.count() }, 'the company’s mail server refuses a form’s mail for good: it lies in forms-refused, and is tried once more when the site starts anew');
  }

  count = async (): Promise<number> => (await this.options.spool.list()).length;

  async start(): Promise<void> {
    await this.options.spool.tidy();
    await this.prune();
    this.before = await this.options.spool.list();
    const look = (): void => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    };
    look();
    this.timer = setInterval(look, LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** Once more what lay here at the start, one after the other; while the server is away the rest waits. */
  private async look(): Promise<void> {
    const { log } = this.options;
    try {
      await this.prune();
      for (let name = this.before[0]; name !== undefined && !this.stopped; name = this.before[0]) {
        await this.once(name);
        this.before.shift();
      }
    } catch (error) {
      log.warn({ code: (error as { code?: unknown }).code }, 'what was refused before cannot be tried now');
    }
  }

  private async once(name: string): Promise<void> {
    const { spool, post, log } = this.options;
    const refused = await spool.get(name);
    if (!refused) return;
    const taken = await post(refused.mail).then(() => true, (error: unknown) => {
      if (!isRefused(error)) throw error;
      return false;
    });
    if (taken) await spool.remove(name);
    log.info({ submission: idIn(name), form: refused.form, taken }, 'a form’s mail that was refused was tried once more');
  }

  private async prune(): Promise<void> {
    const { spool, log } = this.options;
    const names = (await spool.list()).sort((one, other) => timeIn(one) - timeIn(other));
    for (const [at, name] of names.entries()) {
      if (at >= names.length - MOST && timeIn(name) > Date.now() - KEPT_MS) return;
      await spool.remove(name);
      log.error({ submission: idIn(name) }, 'a form’s mail that the company’s mail server refused is dropped');
    }
  }
}
