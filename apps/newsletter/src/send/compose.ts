import type { SendMailOptions } from 'nodemailer';
import { escapeHtml } from '#html';
import { farewellIn, localeOf } from './farewell.js';

export interface Letter {
  /** Random id of this one mail. */
  mail: string;
  from: string;
  to: string;
  subject: string;
  body: string;
  /** The person's own link: a POST to it ends the subscription (RFC 8058). */
  unsubscribe: string;
  /** The person's page of all choices, where the api gave one. */
  preferences?: string;
  /** In which language the issue is written, where that was said. */
  language?: string | null;
  /** In which language the person is written to. */
  locale?: string;
}

const domainOf = (from: string): string => /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';

const paragraphs = (body: string): string[] => body.replace(/\r\n?/g, '\n').split(/\n{2,}/).map((one) => one.trim()).filter(Boolean);

function textOf({ body, unsubscribe, preferences, locale }: Letter): string {
  const { why, end, choices } = farewellIn(localeOf(locale));
  return `${paragraphs(body).join('\n\n')}\n\n-- \n${why} ${end}\n${unsubscribe}\n${preferences === undefined ? '' : `\n${choices}:\n${preferences}\n`}`;
}

function htmlOf({ subject, body, unsubscribe, preferences, language, locale }: Letter): string {
  const { why, endLink, choices } = farewellIn(localeOf(locale));
  const written = paragraphs(body).map((one) => `<p style="margin:0 0 16px">${escapeHtml(one).replaceAll('\n', '<br>')}</p>`);
  return `<!doctype html>
<html${language ? ` lang="${language}"` : ''}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;background:#f6f4f0;color:#241a22;font:16px/1.6 'Segoe UI',Helvetica,Arial,sans-serif">
<div style="max-width:600px;margin:0 auto;padding:32px 24px">
<h1 style="margin:0 0 24px;font-size:26px;line-height:1.2">${escapeHtml(subject)}</h1>
${written.join('\n')}
<p lang="${localeOf(locale)}" style="margin:40px 0 0;padding-top:16px;border-top:1px solid #d9d2d6;font-size:13px;color:#5f4f5a">${escapeHtml(why)}
<a href="${escapeHtml(unsubscribe)}" style="color:#7a2c5e">${endLink}</a>${preferences === undefined ? '' : ` · <a href="${escapeHtml(preferences)}" style="color:#7a2c5e">${choices}</a>`}</p>
</div></body></html>`;
}

/**
 * The mail for one recipient, with one-click unsubscribe: both headers of RFC 8058, and the same link in the text.
 * `unsubscribe` must be a plain URL.
 */
export const compose = (letter: Letter): SendMailOptions => ({
  from: letter.from,
  to: letter.to,
  subject: letter.subject,
  messageId: `<${letter.mail}@${domainOf(letter.from)}>`,
  text: textOf(letter),
  html: htmlOf(letter),
  headers: {
    'List-Unsubscribe': { prepared: true, value: `<${letter.unsubscribe}>` },
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    Precedence: 'bulk',
    'Auto-Submitted': 'auto-generated',
  },
});
