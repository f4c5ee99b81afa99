import { TOPIC_SETTINGS, topicsOf, type TopicNames } from '#contracts';
import { escapeHtml as e } from '#html';
import { exampleOf, TOPIC_WORDS, type ContractSource, type GoldenMessage } from '#schemas';
import { CONSUMER_SAMPLE } from './consumer-sample.js';
import { GROUPS, renderType } from './event-card.js';
import { memberTable, rowsOf, words } from './render-schema.js';

export interface EventsPage {
  contract: ContractSource;
  goldens: Readonly<Record<string, readonly GoldenMessage[]>>;
  origin: string;
}

const RULES: [string, string][] = [
  ['Act on `allowed`', 'A system needs only `allowed`, `channels`, `validUntil`, `recordedAt` and `version`, whatever the type. After `validUntil` the answer is no, whether or not another event has come.'],
  ['Apply what is later', 'At least once, in order for each person. Keep `recordedAt` and `version` for each person and purpose, and apply what was recorded later, of two equal times the higher version: repeats are harmless, and a late grant undoes no withdrawal.'],
  ['See that nothing is missing', '`ce_logindex` counts from 0 over the whole topic without a gap: whoever reads all partitions can tell.'],
  ['Begin with the state', 'A new system reads the compacted state topic up to its end, and follows the events from where they ended before.'],
  ['Say what you did', 'Acknowledge every event on the acks topic. What cannot be applied goes to the dead letters, with the reason; then go on.'],
  ['Expect more members', 'A schema only ever grows by members that nobody requires. Let through what you do not know.'],
];

const DAY_MS = 86_400_000;

function keptFor(config: Record<string, string>): string {
  if (config['cleanup.policy'] === 'compact') return 'compacted: the last record of each key';
  const ms = Number(config['retention.ms']);
  return ms < 0 ? 'for ever' : `${ms / DAY_MS} days`;
}

function topicRow(kind: keyof TopicNames): string {
  const { summary, key, by } = TOPIC_WORDS[kind];
  const { partitions, config } = TOPIC_SETTINGS[kind];
  return `<tr><th scope="row"><code><b>${e(topicsOf()[kind])}</b></code></th><td>${words(summary)}</td><td data-name="Key">${words(key)}</td><td data-name="Partitions" class="number">${partitions}</td><td data-name="Kept">${e(keptFor(config))}</td><td data-name="Sent by">${by === 'ledger' ? 'the ledger' : 'systems'}</td></tr>`;
}

const topics = (): string => `<div class="scroll" role="region" aria-label="Table of topics" tabindex="0"><table class="topics"><thead><tr><th scope="col">Topic</th><th scope="col">Holds</th><th scope="col">Key</th><th scope="col">Partitions</th><th scope="col">Kept</th><th scope="col">Sent by</th></tr></thead><tbody>${(Object.keys(TOPIC_SETTINGS) as (keyof TopicNames)[]).map(topicRow).join('')}</tbody></table></div>`;

const navigation = (): string =>
  GROUPS.map(({ id, title, types }) => `<li><a class="group" href="#${id}">${e(title)}</a><ul>${types.map((type) => `<li><a href="#${e(type)}">${e(type)}</a></li>`).join('')}</ul></li>`).join('');

const groups = ({ contract, goldens }: EventsPage): string =>
  GROUPS.map(({ id, title, lead, types }) => `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${e(title)}</h2>
<p class="lead">${words(lead)}</p>
${types.map((type) => renderType(type, contract, exampleOf(goldens[type]))).join('\n')}
</section>`).join('\n');

const others = ['state', 'ack', 'checkpoint', 'event-headers', 'state-headers', 'dead-letter-headers', 'event'];

/** The events for people: plain HTML that works without scripts, styles from /docs/events.css, nothing from elsewhere. */
export function renderEventsPage(page: EventsPage): string {
  const { definitions } = page.contract;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Events on Kafka</title>
<link rel="stylesheet" href="/docs/events.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<div class="frame">
<nav aria-label="On this page">
<ul>
<li><a class="group" href="#consume">How to consume</a></li>
<li><a class="group" href="#topics">Topics</a></li>
<li><a class="group" href="#headers">Headers</a></li>
<li><a class="group" href="#data">Data</a></li>
${navigation()}
</ul>
</nav>
<main id="main">
<header>
<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4l16 6v12c0 11-7 18-16 22C15 40 8 33 8 22V10z" /><path d="M16 24l6 6 11-13" /></svg>
<h1>Events on Kafka</h1>
<p class="lead">What the ledger <code>${e(page.origin)}</code> tells other systems, within milliseconds of a change: ${Object.keys(page.contract.types).length} types, one shape. No name, address or IP is on any topic.</p>
<p class="links"><a href="/asyncapi.json">AsyncAPI 3.0</a> <a href="/docs">HTTP API</a></p>
</header>
<section id="consume" aria-labelledby="consume-title">
<h2 id="consume-title">How to consume</h2>
<ul class="rules">${RULES.map(([title, text]) => `<li><strong>${words(title)}</strong><p>${words(text)}</p></li>`).join('')}</ul>
<p class="lead">In Node, the package <code>@samtycke/consumer</code> keeps all of this, in the transaction of your own PostgreSQL database; its README says what it promises. A whole system:</p>
<pre tabindex="0" role="region" aria-label="A consumer in Node"><code>${e(CONSUMER_SAMPLE.trimEnd())}</code></pre>
<p class="lead">Any other Kafka client reads the same; the messages are CloudEvents 1.0 in binary mode, so the SDKs of CloudEvents read them too:</p>
<pre tabindex="0" role="region" aria-label="Reading with kcat"><code>kcat -C -b kafka-1:9092 -t consent.events.v1 -f '%h\\n%k\\n%s\\n\\n'</code></pre>
</section>
<section id="topics" aria-labelledby="topics-title">
<h2 id="topics-title">Topics</h2>
<p class="lead">A person’s events and state lie on the same partition number, murmur2 of the person as every Kafka client computes it. State is sent before the event that it comes from.</p>
${topics()}
<p class="more">Schemas beside those of the types: ${others.map((name) => `<a href="/schemas/${name}/1">${name}</a>`).join(', ')}</p>
</section>
<section id="headers" aria-labelledby="headers-title">
<h2 id="headers-title">Headers of every event</h2>
${memberTable(rowsOf(definitions.EventHeaders ?? {}, definitions, { brief: true }), 'CloudEvents 1.0, Kafka binary mode')}
</section>
<section id="data" aria-labelledby="data-title">
<h2 id="data-title">Data of every event</h2>
<p class="lead">The same members on the events and the state topic. What does not apply is absent, never null. Of a purpose <code>basis</code>, <code>status</code> and <code>allowed</code> are always there; of <code>~person</code> <code>restricted</code>, <code>erased</code> and <code>suppressed</code>.</p>
${memberTable(rowsOf(definitions.MessageData ?? {}, definitions), 'Members of the data')}
</section>
${groups(page)}
</main>
</div>
</body>
</html>
`;
}
