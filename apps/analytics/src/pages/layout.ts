import { html, type Html } from './html.js';
import { WORDS, type Language } from './words.js';

export interface Page {
  title: string;
  content: Html;
}

const mark = html`<svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><rect width="40" height="40" rx="11"/><path class="mark-bars" d="M12 28v-7M20 28V12M28 28v-11"/></svg>`;

/** A whole page. Nothing in it comes from elsewhere, and nothing stands inline. */
export function layout(language: Language, { title, content }: Page): string {
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
<link rel="stylesheet" href="/assets/uplot/uPlot.min.css">
<link rel="stylesheet" href="/assets/analytics.css">
<script type="module" src="/assets/js/analytics.js"></script>
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="bar"><div class="wrap bar-row">
<a class="brand" href="/">${mark}<span>${words.title}</span></a>
<nav><a class="language" lang="${code}" hreflang="${code}" href="/language/${code}">${name}</a></nav>
</div></header>
<main id="content" tabindex="-1">
${content}
</main>
</body>
</html>
`.html;
}
