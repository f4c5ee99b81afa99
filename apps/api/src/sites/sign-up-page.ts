import { escapeHtml } from '#html';
import { noticeText } from '../links/notice-text.js';
import { renderPage } from '../links/page.js';
import type { SiteForm } from './site-config.js';

export interface SignUpState {
  form: SiteForm;
  /** What was typed already. */
  email: string;
  /** The whole notice. */
  body: string;
  /** What went wrong with it. */
  fault?: string;
}

const hidden = (name: string, value: string): string => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;

/** The sign-up as a plain page: the short notice stands at the field, and what is sent names the text that was shown. */
export function signUpPage({ form, email, body, fault }: SignUpState): string {
  const { locale, purpose, notice, words } = form;
  const described = fault ? 'notice fault' : 'notice';
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<title>${escapeHtml(purpose.title)}</title>
<link rel="stylesheet" href="/links.css">
</head>
<body class="ask">
<main>
<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22" /><path d="M10 17h28v20H10z M10 17l14 11 14-11" /></svg>
<h1>${escapeHtml(purpose.title)}</h1>
<p>${escapeHtml(purpose.summary)}</p>
<form method="post">
${hidden('version', notice.version)}${hidden('lang', locale)}${hidden('snapshot', notice.snapshot)}
<label for="email">${escapeHtml(words.email)}</label>
<input id="email" name="email" type="email" autocomplete="email" maxlength="254" required value="${escapeHtml(email)}" aria-describedby="${described}"${fault ? ' aria-invalid="true"' : ''}>
${fault ? `<p id="fault" class="fault" role="alert">${escapeHtml(fault)}</p>` : ''}
<p id="notice" class="note">${escapeHtml(notice.field)}</p>
<button type="submit">${escapeHtml(words.send)}</button>
</form>
${noticeText(words.text, body, locale)}
</main>
</body>
</html>
`;
}

const ELSEWHERE: Record<string, { text: string; link: string }> = {
  sv: { text: 'Vi ser inte från vilken webbplats formuläret kom, så inget har skickats. Öppna anmälan här i stället.', link: 'Till anmälan' },
  da: { text: 'Vi kan ikke se, hvilken hjemmeside formularen kom fra, så intet er sendt. Åbn tilmeldingen her i stedet.', link: 'Til tilmeldingen' },
  en: { text: 'We cannot see which website the form came from, so nothing was sent. Open the sign-up here instead.', link: 'To the sign-up' },
};

/** For a form that came from no origin of its key, or from a page that hides its own: nothing of what was typed, and the way to our own form. */
export function elsewherePage({ locale, purpose }: SiteForm): string {
  const words = ELSEWHERE[locale] ?? ELSEWHERE.en;
  return renderPage({ locale, tone: 'gone', title: purpose.title, text: words?.text ?? '', link: { label: words?.link ?? '', href: `?lang=${encodeURIComponent(locale)}` } });
}
