import type { Logger } from 'pino';
import { isRefused, type Post } from '#mails';
import { LINK_MS, type Asks, type Due } from './asks.js';
import { letterIn } from './letter.js';
import type { MailConfig } from './mail-config.js';

export interface SendLinks {
  /** Looks at once whether there is something to send. */
  wake(): void;
  /** Ends; a mail that is on its way is waited for. */
  stop(): Promise<void>;
}

export interface SendLinksOptions {
  asks: Asks;
  post: Post;
  config: MailConfig;
  log: Logger;
  /** After so long a mail that could not leave is tried again. */
  againMs?: number;
}

const AGAIN_MS = 20_000;

/** A mail server that fails is asked again, one that refuses is not; a mail that comes after the quarter of an hour helps nobody. */
async function sendOne({ asks, post, config, log }: SendLinksOptions, { id, email, locale, correction, askedAt }: Due): Promise<void> {
  if (Date.now() - askedAt.getTime() > LINK_MS) return asks.done(id);
  const link = `${config.portalUrl}${correction ? '/rights/correction/link' : '/sign-in/mail'}/${await asks.makeLink(id)}`;
  try {
    await post({ id: `sign-in-${id}`, from: config.from, to: email, ...letterIn(locale, link, correction ? 'addressLetter' : 'letter') });
  } catch (error) {
    log.warn({ code: (error as { code?: string }).code, refused: isRefused(error) }, 'a mail with a link could not be sent');
    if (!isRefused(error)) return;
  }
  await asks.done(id);
}

/** Sends what was asked for, beside the answers: how long a mail takes is seen by nobody who asks. */
export function sendLinks(options: SendLinksOptions): SendLinks {
  const { asks, log, againMs = AGAIN_MS } = options;
  let running: Promise<void> | undefined;
  let stopped = false;
  let wanted = false;

  async function sendAll(): Promise<void> {
    while (!stopped) {
      wanted = false;
      const due = await asks.due(againMs);
      if (due) await sendOne(options, due);
      else if (!wanted) return;
    }
  }

  function wake(): void {
    wanted = true;
    running ??= sendAll()
      .catch((error: unknown) => log.warn({ code: (error as { code?: string }).code }, 'sign-in links wait for the database'))
      .finally(() => (running = undefined));
  }

  const timer = setInterval(wake, againMs);
  return {
    wake,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
