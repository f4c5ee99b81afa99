import { html, type Markup } from '#html';
import { WORDS, type Language } from './words.js';

export interface Page {
  title: string;
  content: Markup;
  /** Path that the language switch comes back to. */
  path: string;
}

const mark = html`<svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><rect width="40" height="40" rx="11"/><path class="mark-flap" d="M9 14.5h22v12a2 2 0 0 1-2 2H11a2 2 0 0 1-2-2z"/><path class="mark-line" d="m9.5 15 10.5 8 10.5-8"/></svg>`;

/** A whole page. Nothing in it comes from elsewhere, and nothing stands inline. */
export function layout(language: Language, { title, content, path }: Page): string {
  const words = WORDS[language];
  const { code, name } = words.otherLanguage;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/sign.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/newsletter.css">
<script type="module" src="/assets/js/newsletter.bundle.js"></script>
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="bar"><div class="wrap bar-row">
<a class="brand" href="/">${mark}<span>${words.title}</span></a>
<nav><a class="language" lang="${code}" hreflang="${code}" href="/language/${code}?to=${encodeURIComponent(path)}">${name}</a></nav>
</div></header>
<main id="content" tabindex="-1">
${content}
</main>
</body>
</html>
`.markup;
}
