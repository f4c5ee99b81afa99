/** The page that verifies a pack. It works by script alone; the headers it is sent with forbid it to send anything. */
export const VERIFY_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Verify an evidence pack</title>
<link rel="stylesheet" href="/verify/verify.css">
<script type="module" src="/verify/verify.js"></script>
</head>
<body>
<main>
<header>
<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4l16 6v12c0 11-7 18-16 22C15 40 8 33 8 22V10z" /><path d="M16 24l6 6 11-13" /></svg>
<h1>Verify an evidence pack</h1>
<p class="lead">What somebody was shown, agreed to and withdrew: checked here, with nothing but the log’s public key.
The file stays on your computer. This page is not allowed to send anything.</p>
</header>
<form id="form" autocomplete="off">
<div class="field">
<label for="key">The log’s public key</label>
<p id="key-hint" class="hint">One line, &lt;name&gt;+&lt;id&gt;+&lt;key&gt;; where the log has changed its key, one line for each. Take it from a source that you trust, never from whoever gave you the pack.</p>
<textarea id="key" rows="2" spellcheck="false" aria-describedby="key-hint" placeholder="consent.example.se/ledger+1a2b3c4d+AS…"></textarea>
<p id="key-missing" class="missing" role="alert"></p>
</div>
<details>
<summary>More to check against</summary>
<div class="field">
<label for="cosigner">The operator’s cosignature key</label>
<p id="cosigner-hint" class="hint">Checks when the log’s states were seen, and so the times of the events.</p>
<textarea id="cosigner" rows="2" spellcheck="false" aria-describedby="cosigner-hint"></textarea>
</div>
<div class="field">
<label><input id="follow" type="checkbox" aria-describedby="follow-hint"> Follow changes of the log’s key</label>
<p id="follow-hint" class="hint">Also trusts a newer key, if each change that leads to it was signed by the key before.</p>
</div>
<div class="field">
<label for="checkpoint">A checkpoint that you kept</label>
<p id="checkpoint-hint" class="hint">Shows that the log was not rewritten since.</p>
<input id="checkpoint" type="file" aria-describedby="checkpoint-hint">
</div>
<div class="field">
<label for="known">Another pack, or the JSON of …/proof</label>
<p id="known-hint" class="hint">An event in it that this pack leaves out proves the pack’s statement false.</p>
<input id="known" type="file" aria-describedby="known-hint">
</div>
</details>
<div id="drop">
<p><strong>Drop the pack here</strong></p>
<p><label for="pack">or choose the file</label> <input id="pack" type="file" accept=".zip,application/zip"></p>
</div>
</form>
<noscript><p class="verdict bad">This page checks the pack by script. Without it use <code>samtycke verify pack.zip</code>.</p></noscript>
<div id="result" aria-live="polite"></div>
</main>
</body>
</html>
`;
