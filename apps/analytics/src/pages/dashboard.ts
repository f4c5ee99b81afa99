import { html, type Markup } from '#html';

const sign: Markup = html`<svg class="sign" viewBox="0 0 40 40" aria-hidden="true" focusable="false"><rect class="sign-bar" x="5" y="22" width="7" height="12" rx="2.5" /><rect class="sign-bar" x="16.5" y="14" width="7" height="20" rx="2.5" /><rect class="sign-open" x="28" y="6" width="7" height="28" rx="2.5" /></svg>`;

const counter = (name: string, label: string, note: string): Markup =>
  html`<div class="counter" data-counter="${name}"><dt>${label}</dt><dd><strong data-value>0</strong><span data-note>${note}</span></dd></div>`;

const views: Markup = html`<section class="card views" aria-labelledby="views-title">
  <header><div><h2 id="views-title">Page views</h2><p class="small" id="views-note">Every bar is a minute of the last hour.</p></div>
    <div class="ranges" role="group" aria-label="Period"><button type="button" data-range="hour" aria-pressed="true">Last hour</button><button type="button" data-range="month" aria-pressed="false">30 days</button></div></header>
  <ul class="keys" id="keys"><li class="key key-counted">With consent, by device</li><li class="key key-plain" hidden>Without consent, a plain number</li></ul>
  <div class="chart" id="views-chart" role="img" aria-label="Page views"></div>
  <details><summary>The figures as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="Page views as a table"><table><thead><tr><th scope="col">Time</th><th scope="col">With consent</th><th scope="col">Without</th></tr></thead><tbody id="views-rows"></tbody></table></div></details>
</section>`;

const segments: Markup = html`<section class="card segments" aria-labelledby="segments-title">
  <header><div><h2 id="segments-title">Segments</h2><p class="small">Only of devices that allow segmentation, from the views since then.</p></div></header>
  <div class="chart chart-low" id="segments-chart" role="img" aria-label="Devices by segment"></div>
  <details><summary>What they mean</summary><dl class="meanings">
    <dt>Wants contact</dt><dd>has opened the contact page</dd><dt>Compares</dt><dd>has opened product pages twice or more</dd><dt>Comes back</dt><dd>was here on two days or more</dd><dt>Looks around</dt><dd>everybody else</dd>
  </dl></details>
</section>`;

const pages: Markup = html`<section class="card pages" aria-labelledby="pages-title">
  <header><div><h2 id="pages-title">Pages</h2><p class="small">The most viewed of the last 30 days.</p></div></header>
  <table><thead><tr><th scope="col">Page</th><th scope="col">With consent</th><th scope="col">Without</th></tr></thead><tbody id="pages-rows"></tbody></table>
  <p class="empty" id="pages-empty">Nobody has looked at a page yet.</p>
</section>`;

const reactions: Markup = html`<section class="card reactions" aria-labelledby="reactions-title">
  <header><div><h2 id="reactions-title">What reacted</h2><p class="small">Decisions as they arrive from the ledger, and what was done about each. No ids are kept here.</p></div></header>
  <div class="log" id="log" role="log" aria-labelledby="reactions-title" tabindex="0"><ol id="reactions"></ol><p class="empty" id="reactions-empty">Nothing has arrived yet. Press a choice on the website, and watch.</p></div>
</section>`;

/** The page: what may be counted, what is held, and how the system reacts when somebody changes their mind. */
export const dashboard: Markup = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
  <title>Analytics | Advansor</title><meta name="robots" content="noindex" /><meta name="color-scheme" content="light dark" />
  <link rel="icon" href="/assets/sign.svg" type="image/svg+xml" />
  <link rel="stylesheet" href="/assets/uplot/uPlot.min.css" /><link rel="stylesheet" href="/assets/base.css" /><link rel="stylesheet" href="/assets/dashboard.css" />
  <script src="/assets/uplot/uPlot.iife.min.js" defer></script><script type="module" src="/assets/js/analytics.bundle.js"></script>
</head>
<body>
  <a class="skip" href="#content">Skip to the content</a>
  <header class="top"><div class="wrap">
    <a class="brand" href="/">${sign}<span><strong>Analytics</strong><small>Advansor</small></span></a>
    <p class="live" id="live" role="status" data-state="off">Connecting</p>
  </div></header>
  <main id="content" tabindex="-1">
    <div class="intro"><div class="wrap">
      <h1>Only what was allowed is counted</h1>
      <p class="lead">A page view is kept while its visitor says yes. The moment the yes is taken back, everything held of that device is gone.</p>
      <noscript><p class="trouble">The figures are drawn by a script of this site; without it only <a href="/api/summary">the bare figures</a> can be shown.</p></noscript>
      <dl class="counters">
        ${counter('allowedDevices', 'Devices that allow it', 'right now')}
        ${counter('views', 'Views held', 'all with consent')}
        ${counter('viewsToday', 'Views today', 'with consent')}
        ${counter('plainToday', 'Without consent today', 'a plain number, no ids')}
        ${counter('viewsDeleted', 'Views deleted', 'because consent ended')}
      </dl>
    </div></div>
    <div class="wrap grid">${views}${reactions}${segments}${pages}</div>
  </main>
</body>
</html>`;
