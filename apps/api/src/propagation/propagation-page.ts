import { choice, operatorPage } from '../operator-page/page.js';

const CHOICES = `<fieldset class="choices"><legend>Look back</legend>${choice('window', '15', '15 min', true)}${choice('window', '60', '1 h')}${choice('window', '360', '6 h')}${choice('window', '1440', '24 h')}</fieldset>
<fieldset class="choices"><legend>Delay of</legend>${choice('measure', 'p50Ms', 'half')}${choice('measure', 'p95Ms', '95 %', true)}${choice('measure', 'slowestMs', 'all')}</fieldset>`;

const BOARD = `<ul id="systems" class="cards"></ul>
<section class="card" aria-labelledby="chart-title">
<div class="chart-head"><h2 id="chart-title">Delays over time</h2><p id="reading" class="hint"></p></div>
<div id="chart" class="chart" role="img" aria-label="Chart"></div>
<ul id="legend" class="legend"></ul>
<details><summary>The same as a table</summary><div id="table" class="scroll" role="region" aria-label="Table of delays" tabindex="0"></div></details>
</section>
<p class="hint foot">Withdrawals, objections, restrictions and erasures count, each where it was recorded. Times are what the systems state; a clock that runs ahead makes them too short. Delays are told to within 3 %, the slowest to the millisecond.</p>`;

/** The live page of delays. */
export const PROPAGATION_PAGE = operatorPage({
  path: 'propagation',
  title: 'Who acted, and how soon',
  lead: 'From the moment a withdrawal was recorded until each system says, by its own clock, that it has acted.',
  picture: '<path d="M24 4l16 6v12c0 11-7 18-16 22C15 40 8 33 8 22V10z" /><path d="M15 26h5l3-9 4 14 3-5h4" />',
  scopes: 'audit:read or systems:write',
  call: 'GET /v1/propagation',
  others: [{ href: '/statistics', title: 'What was asked, and answered' }],
  choices: CHOICES,
  board: BOARD,
});
