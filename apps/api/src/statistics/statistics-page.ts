import { choice, operatorPage } from '../operator-page/page.js';

const CHOICES = `<fieldset class="choices"><legend>Look back</legend>${choice('days', '7', '7 days')}${choice('days', '30', '30 days', true)}${choice('days', '90', '90 days')}${choice('days', '365', '1 year')}</fieldset>
<fieldset class="choices"><legend>Over time</legend>${choice('measure', 'accepted', 'yes', true)}${choice('measure', 'chosen', 'some')}${choice('measure', 'refused', 'no')}${choice('measure', 'withdrawn', 'taken back')}${choice('measure', 'shown', 'shown')}</fieldset>
<div class="pick"><label for="source">Collected by</label><select id="source"><option value="">everybody</option></select></div>`;

const BOARD = `<ul id="texts" class="cards"></ul>
<section class="card" aria-labelledby="chart-title">
<div class="chart-head"><h2 id="chart-title">Answers over time</h2><p id="reading" class="hint"></p></div>
<div id="chart" class="chart" role="img" aria-label="Chart"></div>
<ul id="legend" class="legend"></ul>
<div class="chart-foot"><details><summary>The same as a table</summary><div id="table" class="scroll" role="region" aria-label="Table of answers" tabindex="0"></div></details>
<button type="button" id="csv" class="quiet">Download as CSV</button></div>
</section>
<section class="card links" aria-labelledby="links-title"><h2 id="links-title">Unsubscribe links in mails</h2><dl id="links"></dl>
<p class="hint">Opening a link changes nothing. Mail scanners open links too, and cannot be told from people.</p></section>
<p class="hint foot">Counts by day (UTC): nobody is named or followed, and a refusal sets no id. Each showing counts, not each visitor; an answer counts once, where it changed something. What a “no” in the portal ends on somebody’s devices is taken back once for each. What expires, or ends with a changed text or an erasure, is taken back by nobody and not counted. Shares over time are of all sign-ups, and of each yes, some and no that needed none. A sign-up is confirmed by the link in its mail; a yes that a system brings is answered without one, and the table’s “Yes” counts both.</p>`;

/** How texts were answered. */
export const STATISTICS_PAGE = operatorPage({
  path: 'statistics',
  title: 'What was asked, and answered',
  lead: 'How often each text was shown, and how people answered it, by version and language.',
  picture: '<path d="M7 41h34" /><path d="M12 41V27h6v14M21 41V15h6v26M30 41V21h6v20" /><path d="M9 15l7-7 6 4 12-9" />',
  scopes: 'audit:read',
  call: 'GET /v1/statistics',
  others: [{ href: '/propagation', title: 'Who acted, and how soon' }],
  choices: CHOICES,
  board: BOARD,
});
