import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';

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

const messageOf = ({ id, ...mail }: OutgoingMail, domain: string): Record<string, unknown> => ({
  ...mail,
  messageId: `<${id}@${domain}>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
});

/** Hands mails to an SMTP server. */
function bySmtp(url: string, domain: string): Post {
  const transport = createTransport(url, { connectionTimeout: 10_000 } as never);
  return async (mail) => {
    await transport.sendMail(messageOf(mail, domain));
  };
}

/** Writes mails as .eml files: for development, where no server is configured. */
function asFiles(folder: string, domain: string): Post {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return async (mail) => {
    const { message } = await transport.sendMail(messageOf(mail, domain));
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${mail.id}.eml`);
    await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${path}.part`, path);
  };
}

/** By `SMTP_URL` where it is set, else as files. */
export const postBy = ({ smtpUrl, folder, domain }: { smtpUrl?: string; folder: string; domain: string }): Post =>
  smtpUrl ? bySmtp(smtpUrl, domain) : asFiles(folder, domain);

/** Whether the receiving side refused a mail for good (SMTP 5xx), so that sending it again is of no use. */
export const isRefused = (error: unknown): boolean => {
  const code = Number((error as { responseCode?: unknown }).responseCode);
  return code >= 500 && code < 600;
};
