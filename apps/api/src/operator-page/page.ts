export const choice = (name: string, value: string, label: string, checked = false): string =>
  `<label><input type="radio" name="${name}" value="${value}"${checked ? ' checked' : ''}><span>${label}</span></label>`;

export interface OperatorPage {
  /** Where its styles and script lie, as `/<path>/<path>.css`. */
  path: string;
  title: string;
  lead: string;
  /** Markup of the lines inside a picture of 48 by 48. */
  picture: string;
  /** Which keys open it. */
  scopes: string;
  /** The same numbers without a browser. */
  call: string;
  /** Other pages of this kind. */
  others: { href: string; title: string }[];
  /** Markup of what is behind the gate; it starts with what is chosen. */
  choices: string;
  board: string;
}

/** A page for operators: public and empty, it works by script alone, and holds nothing before a key was given. */
export const operatorPage = ({ path, title, lead, picture, scopes, call, others, choices, board }: OperatorPage): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="/${path}/${path}.css">
<script type="module" src="/${path}/${path}.js"></script>
</head>
<body>
<main>
<header>
<svg viewBox="0 0 48 48" aria-hidden="true">${picture}</svg>
<div>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</div>
</header>
<form id="gate" autocomplete="off" hidden>
<div class="field">
<label for="key">A key of this ledger</label>
<p id="key-hint" class="hint">With the scope ${scopes}. It stays in this tab and is forgotten with it. A development start keeps one in .data/run.json.</p>
<input id="key" type="password" spellcheck="false" autocomplete="off" aria-describedby="key-hint gate-trouble" required>
<p id="gate-trouble" class="trouble" role="alert"></p>
</div>
<button type="submit">Show</button>
</form>
<noscript><p class="trouble">This page works by script. The same numbers: <code>${call}</code>.</p></noscript>
<div id="board" hidden>
<div class="bar">
${choices}
<p id="live" class="live" role="status"></p>
<button type="button" id="leave" class="quiet">Forget the key</button>
</div>
${board}
<p class="hint foot">${others.map((other) => `<a href="${other.href}">${other.title}</a>`).join(' · ')}</p>
</div>
</main>
</body>
</html>
`;
