import { escapeHtml } from '#html';

export type Tone = 'ask' | 'done' | 'gone';

export interface PageUndo {
  question: string;
  button: string;
  /** Where it is posted to, relative to the page, and what is sent along. */
  action: string;
  word: string;
  /** Markup. */
  terms: string;
}

export interface LinkPage {
  locale: string;
  tone: Tone;
  title: string;
  text: string;
  /** The button that acts; absent on pages that only tell. */
  button?: string;
  /** What the button sends along. */
  fields?: [name: string, value: string][];
  /** A second button that says something else: posted as `answer`. */
  other?: { label: string; answer: string };
  /** Where more is to be read. */
  link?: { label: string; href: string };
  /** Small print below. */
  note?: string;
  /** Who asks, and where all choices are. */
  company?: string;
  choices?: { label: string; href: string };
  /** What was just done can be taken back: a quiet button of its own, and the text under which. */
  undo?: PageUndo;
}

const SIGN: Record<Tone, string> = {
  ask: '<path d="M10 17h28v20H10z M10 17l14 11 14-11" />',
  done: '<path d="M13 25l8 8 15-17" />',
  gone: '<path d="M16 16l16 16 M32 16L16 32" />',
};

const undoForm = ({ question, button, action, word, terms }: PageUndo): string => `<section class="undo">
<p>${escapeHtml(question)}</p>
<form method="post" action="${escapeHtml(action)}"><input type="hidden" name="undo" value="${escapeHtml(word)}"><button type="submit" class="other">${escapeHtml(button)}</button></form>
${terms}
</section>`;

const hidden = ([name, value]: [string, string]): string => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;

const onward = (link: LinkPage['link']): string => (link ? `<p class="more"><a href="${escapeHtml(link.href)}">${escapeHtml(link.label)}</a></p>` : '');

/** The pages behind mailed links: plain HTML that works without scripts, styles from /links.css, nothing from elsewhere. */
export function renderPage({ locale, tone, title, text, button, fields = [], other, link, note, undo, company, choices }: LinkPage): string {
  const second = other ? ` <button type="submit" class="other" name="answer" value="${escapeHtml(other.answer)}">${escapeHtml(other.label)}</button>` : '';
  const form = button ? `<form method="post">${fields.map(hidden).join('')}<button type="submit">${escapeHtml(button)}</button>${second}</form>` : '';
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/links.css">
</head>
<body class="${tone}">
<main>
<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22" />${SIGN[tone]}</svg>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
${form}
${onward(link)}
${note ? `<p class="note">${escapeHtml(note)}</p>` : ''}
${undo ? undoForm(undo) : ''}
${onward(choices)}
${company ? `<p class="company">${escapeHtml(company)}</p>` : ''}
</main>
</body>
</html>
`;
}

export const LINK_STYLES = `:root{color-scheme:light dark;--ground:#f4f6f5;--card:#fff;--ink:#17211d;--soft:#4d5b55;--accent:#0b6b50;--on-accent:#fff;--line:#d5ddd9}
@media (prefers-color-scheme:dark){:root{--ground:#101614;--card:#18211d;--ink:#edf3f0;--soft:#a9b8b1;--accent:#5fd3ac;--on-accent:#06251b;--line:#2c3a34}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:30rem;padding:2.5rem 2rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;text-align:center}
svg{width:4rem;height:4rem;fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}
.gone svg{stroke:var(--soft)}
h1{margin:1rem 0 .5rem;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere;text-wrap:balance}
p{margin:0 0 1.25rem;color:var(--soft);overflow-wrap:anywhere}
button{font:inherit;font-weight:600;min-height:3rem;padding:.65rem 1.75rem;border:0;border-radius:.6rem;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.other{background:transparent;color:var(--ink);box-shadow:inset 0 0 0 1.5px var(--line);margin:.5rem}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
a{color:var(--accent);text-underline-offset:.2em}
a:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
form label{display:block;margin:0 0 .35rem;font-weight:600;text-align:start}
input[type=email]{font:inherit;width:100%;min-height:3rem;padding:.5rem .85rem;margin:0 0 1rem;border:1.5px solid var(--soft);border-radius:.6rem;background:var(--card);color:var(--ink)}
input:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
form .note{margin:0 0 1.25rem;text-align:start}
details{margin-top:1.5rem;text-align:start}
summary{min-height:1.75rem;color:var(--accent);font-weight:600;cursor:pointer}
details h2{margin:1.25rem 0 .25rem;font-size:1.0625rem}
details ul{margin:0 0 1rem;padding-left:1.25rem;color:var(--soft)}
.fault{font-weight:600;text-align:start;color:var(--ink)}
.note{margin:1.25rem 0 0;font-size:.9375rem}
.undo~.more{margin:1.5rem 0 0}
.company{margin:1.5rem 0 0;font-size:.9375rem}
.undo{margin-top:2rem;padding-top:1.5rem;border-top:1px solid var(--line);font-size:.9375rem}
.undo p{margin:0 0 1rem}
.undo .other{margin:0}
`;
