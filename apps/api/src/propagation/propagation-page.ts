const choice = (name: string, value: string, label: string, checked = false): string =>
  `<label><input type="radio" name="${name}" value="${value}"${checked ? ' checked' : ''}><span>${label}</span></label>`;

/** The live page of delays; it works by script alone, and holds nothing before a key was given. */
export const PROPAGATION_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Who acted, and how soon</title>
<link rel="stylesheet" href="/propagation/propagation.css">
<script type="module" src="/propagation/propagation.js"></script>
</head>
<body>
<main>
<header>
<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4l16 6v12c0 11-7 18-16 22C15 40 8 33 8 22V10z" /><path d="M15 26h5l3-9 4 14 3-5h4" /></svg>
<div>
<h1>Who acted, and how soon</h1>
<p class="lead">From the moment a withdrawal was recorded until each system says, by its own clock, that it has acted.</p>
</div>
</header>
<form id="gate" autocomplete="off" hidden>
<div class="field">
<label for="key">A key of this ledger</label>
<p id="key-hint" class="hint">With the scope audit:read or systems:write. It stays in this tab and is forgotten with it. A development start keeps one in .data/run.json.</p>
<input id="key" type="password" spellcheck="false" autocomplete="off" aria-describedby="key-hint gate-trouble" required>
<p id="gate-trouble" class="trouble" role="alert"></p>
</div>
<button type="submit">Show</button>
</form>
<noscript><p class="trouble">This page works by script. The same numbers: <code>GET /v1/propagation</code>.</p></noscript>
<div id="board" hidden>
<div class="bar">
<fieldset class="choices"><legend>Look back</legend>${choice('window', '15', '15 min', true)}${choice('window', '60', '1 h')}${choice('window', '360', '6 h')}${choice('window', '1440', '24 h')}</fieldset>
<fieldset class="choices"><legend>Delay of</legend>${choice('measure', 'p50Ms', 'half')}${choice('measure', 'p95Ms', '95 %', true)}${choice('measure', 'slowestMs', 'all')}</fieldset>
<p id="live" class="live" role="status"></p>
<button type="button" id="leave" class="quiet">Forget the key</button>
</div>
<ul id="systems" class="systems"></ul>
<section class="card" aria-labelledby="chart-title">
<div class="chart-head"><h2 id="chart-title">Delays over time</h2><p id="reading" class="hint"></p></div>
<div id="chart" class="chart" role="img" aria-label="Chart"></div>
<ul id="legend" class="legend"></ul>
<details><summary>The same as a table</summary><div id="table" class="scroll" role="region" aria-label="Table of delays" tabindex="0"></div></details>
</section>
<p class="hint foot">Withdrawals, objections, restrictions and erasures count, each where it was recorded. Times are what the systems state; a clock that runs ahead makes them too short. Delays are told to within 3 %, the slowest to the millisecond.</p>
</div>
</main>
</body>
</html>
`;
