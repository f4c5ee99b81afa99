import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { smtp } from '#mails';
import type { WebsiteConfig } from '../config/read-config.js';

export interface CompanyMail {
  /** Names the mail's file, and its Message-ID, so that a repeat is recognised as one. */
  id: string;
  subject: string;
  text: string;
  replyTo: { name: string; address: string };
  attachments: { filename: string; contentType: string; base64: string }[];
}

export type PostMail = (mail: CompanyMail) => Promise<void>;

const messageOf = ({ id, attachments, ...mail }: CompanyMail, { mailFrom, mailTo }: WebsiteConfig) => ({
  ...mail,
  from: mailFrom,
  to: mailTo,
  messageId: `<${id}@website.samtycke>`,
  attachments: attachments.map(({ base64, ...file }) => ({ ...file, content: Buffer.from(base64, 'base64') })),
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** Mails to the company: by `SMTP_URL` where it is set, else as files under `MAIL_DIR`. Rejects while a mail cannot be handed over. */
export function postMail(config: WebsiteConfig): PostMail {
  if (config.smtpUrl) {
    const server = smtp(config.smtpUrl);
    return (mail) => server.send(messageOf(mail, config));
  }
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return async (mail) => {
    const { message } = await transport.sendMail(messageOf(mail, config));
    await mkdir(config.mailDir, { recursive: true });
    const path = join(config.mailDir, `website-${mail.id}.eml`);
    await writeFile(`${path}.part`, message as Buffer, { mode: 0o600 });
    await rename(`${path}.part`, path);
  };
}
