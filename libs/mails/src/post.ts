import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { DkimSigning } from './dkim.js';
import { smtp } from './smtp.js';

export interface OutgoingMail {
  /** Names the mail's file, and its Message-ID, so that a repeat is recognised as one. */
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

export type Post = (mail: OutgoingMail) => Promise<void>;

const messageOf = ({ id, ...mail }: OutgoingMail, domain: string): SendMailOptions => ({
  ...mail,
  messageId: `<${id}@${domain}>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
});

/** Hands mails to an SMTP server. */
function bySmtp(url: string, domain: string, dkim?: DkimSigning): Post {
  const server = smtp(url, { dkim });
  return (mail) => server.send(messageOf(mail, domain));
}

/** Writes mails as .eml files: for development, where no server is configured. */
function asFiles(folder: string, domain: string, dkim?: DkimSigning): Post {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows', dkim } as never);
  return async (mail) => {
    const { message } = (await transport.sendMail(messageOf(mail, domain))) as unknown as { message: Buffer };
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${mail.id}.eml`);
    await writeFile(`${path}.part`, message, { mode: 0o600 });
    await rename(`${path}.part`, path);
  };
}

export interface PostOptions {
  smtpUrl?: string;
  folder: string;
  domain: string;
  /** How mails are signed; without it they leave unsigned. */
  dkim?: DkimSigning;
}

/** By `SMTP_URL` where it is set, else as files; rejects with an error that `failureOf` reads. */
export const postBy = ({ smtpUrl, folder, domain, dkim }: PostOptions): Post => (smtpUrl ? bySmtp(smtpUrl, domain, dkim) : asFiles(folder, domain, dkim));
