import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { failureOf, smtp, type Failure } from '#mails';
import type { NewsletterConfig } from '../config/read-config.js';

/** What became of a mail that was handed over. */
export type Posted =
  | 'sent'
  /** The receiving side will not take it, now or later. */
  | 'refused'
  /** It was certainly not taken; worth another try. `put-off`: the server put off this one, `again`: it takes none. */
  | 'put-off'
  | 'again'
  /** The connection broke when it may have been taken already: it is not sent a second time. */
  | 'unclear'
  /** It may not be sent any more: the server heard nothing of it. */
  | 'stopped';

export interface Post {
  /** Hands over one mail; never throws. `may` is asked once more when the server is about to hear of it. */
  send(mail: string, options: SendMailOptions, may: () => boolean): Promise<Posted>;
  /** Whether a mail of this id left, as far as that can be known afterwards. */
  left(mail: string): Promise<boolean | 'unknown'>;
  /** That it left stands in the database now. */
  noted(mail: string): void;
  close(): void;
}

/** What a mail that was not taken is to the list: a fault of ours leaves nobody out. */
const POSTED: Readonly<Record<Failure, Posted>> = { refused: 'refused', 'put-off': 'put-off', away: 'again', unclear: 'unclear', stopped: 'stopped' };

/** So many mails are under way at once: each has a connection, and none waits for one. */
export const AT_ONCE = 8;

/** By an SMTP server, over a few connections that are kept. */
function postBySmtp({ smtpUrl = '', dkim }: NewsletterConfig): Post {
  const server = smtp(smtpUrl, { dkim, connections: AT_ONCE });
  const accepted = new Set<string>();
  return {
    send: async (mail, options, may) => {
      const posted = await server.send(options, may).then((): Posted => 'sent', (error: unknown) => POSTED[failureOf(error)]);
      if (posted === 'sent') accepted.add(mail);
      return posted;
    },
    left: async (mail) => accepted.has(mail) || 'unknown',
    noted: (mail) => accepted.delete(mail),
    close: () => server.close(),
  };
}

/** As .eml files, whole or not at all, each mail under its own name. */
function postAsFiles({ mailDir, dkim }: NewsletterConfig): Post {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim } as never);
  const pathOf = (mail: string): string => join(mailDir, `newsletter-${mail}.eml`);
  async function write(mail: string, options: SendMailOptions): Promise<Posted> {
    const { message } = (await transport.sendMail(options)) as unknown as { message: Buffer };
    await mkdir(mailDir, { recursive: true });
    await writeFile(`${pathOf(mail)}.part`, message, { mode: 0o600 });
    await rename(`${pathOf(mail)}.part`, pathOf(mail));
    return 'sent';
  }
  return {
    send: (mail, options) => write(mail, options).catch(() => 'again' as const),
    left: (mail) => access(pathOf(mail)).then(() => true, () => false),
    noted: () => undefined,
    close: () => undefined,
  };
}

/** By `SMTP_URL` where it is set, else as files under `MAIL_DIR`. */
export const createPost = (config: NewsletterConfig): Post => (config.smtpUrl ? postBySmtp(config) : postAsFiles(config));
