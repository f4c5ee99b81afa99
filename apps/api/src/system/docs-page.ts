import type { OpenAPIObject } from '@nestjs/swagger';
import { escapeHtml as e } from '#html';
import type { SchemaObject } from '#schemas';
import { jsonText, memberTable, rowsOf, words, type Definitions } from '../events/render-schema.js';
import { exampleOf } from './example-body.js';
import { keyWords, type Security } from './key-words.js';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: SchemaObject;
}

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Security[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: SchemaObject }> };
  responses: Record<string, { description?: string }>;
}

interface Call extends Operation {
  method: string;
  path: string;
  id: string;
}

const TITLES: Record<string, string> = { consents: 'Consents', people: 'People', proof: 'Proof', log: 'Transparency log', propagation: 'Propagation', receipts: 'Receipts', rights: 'Rights', catalogue: 'Catalogue', links: 'Links in mails', evidence: 'Evidence', sites: 'Websites', events: 'Events', system: 'Operations' };

const idOf = (method: string, path: string): string => `${method}-${path.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '')}`;

const callsOf = ({ paths }: OpenAPIObject): Call[] =>
  Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ ...operation, method, path, id: idOf(method, path) })));

/** Parameters as the members of an object, so that one table tells of both. */
function parameters({ parameters = [], path, method }: Call, definitions: Definitions): string {
  const named = `of ${method.toUpperCase()} ${path}`;
  const tableOf = (place: string, caption: string): string => {
    const mine = parameters.filter((one) => one.in === place);
    const properties = Object.fromEntries(mine.map(({ name, description, schema = {} }) => [name, { ...schema, ...(description && { description }) }]));
    return memberTable(rowsOf({ properties, required: mine.filter(({ required }) => required).map(({ name }) => name) }, definitions), caption, named);
  };
  return [tableOf('path', 'In the path'), tableOf('query', 'In the query'), tableOf('header', 'Headers')].join('');
}

function body({ requestBody, path, method }: Call, definitions: Definitions): string {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (!type || !media) return '';
  const { schema } = media;
  const named = schema.$ref === undefined ? schema : (definitions[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)] ?? {});
  const example = type.includes('json') ? `<p class="label">For example</p><pre tabindex="0" role="region" aria-label="${e(`Example body of ${method.toUpperCase()} ${path}`)}"><code>${jsonText(exampleOf(named, definitions))}</code></pre>` : '';
  return memberTable(rowsOf(named, definitions), `Body, ${type}`, `of ${method.toUpperCase()} ${path}`) + example;
}

const answers = ({ responses }: Call): string =>
  `<p class="label">Answers</p><ul class="answers">${Object.entries(responses).map(([status, { description = '' }]) => `<li><code>${e(status === 'default' ? '4xx, 5xx' : status)}</code> ${words(description)}</li>`).join('')}</ul>`;

const call = (one: Call, definitions: Definitions): string => `<article id="${e(one.id)}">
<h3><span class="method method-${e(one.method)}">${e(one.method.toUpperCase())}</span> <a href="#${e(one.id)}">${e(one.path)}</a></h3>
<p class="meaning">${words(one.summary ?? '')}</p>
${one.description ? `<p class="when">${words(one.description)}</p>` : ''}
<p class="when"><span class="label">Key</span> ${one.security?.length ? words(keyWords(one.security)) : 'none'}</p>
<details><summary>Parameters, body and answers<span class="visually-hidden"> of ${e(`${one.method.toUpperCase()} ${one.path}`)}</span></summary>
${parameters(one, definitions)}${body(one, definitions)}${answers(one)}</details>
</article>`;

function codes(definitions: Definitions): string {
  const problem = definitions.Problem as { 'x-codes'?: Record<string, { status: (number | string)[]; meaning: string }> } | undefined;
  const rows = Object.entries(problem?.['x-codes'] ?? {}).map(([code, { status, meaning }]) => `<tr><th scope="row"><code><b>${e(code)}</b></code></th><td class="kind">${e(status.join(', '))}</td><td>${words(meaning)}</td></tr>`);
  return `<div class="scroll" role="region" aria-label="Codes of problems" tabindex="0"><table><caption>Codes</caption><thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** The HTTP API for people, made of its OpenAPI document: plain HTML that works without scripts, in the looks of the events. */
export function renderDocsPage(document: OpenAPIObject, lead: string): string {
  const definitions = (document.components?.schemas ?? {}) as Definitions;
  const calls = callsOf(document);
  const tags = [...new Set(calls.flatMap(({ tags: own = [] }) => own))];
  const of = (tag: string): Call[] => calls.filter(({ tags: own = [] }) => own[0] === tag);
  const title = (tag: string): string => e(TITLES[tag] ?? tag);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Samtycke API</title>
<link rel="stylesheet" href="/docs/events.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<div class="frame">
<nav aria-label="On this page"><ul>
${tags.map((tag) => `<li><a class="group" href="#tag-${e(tag)}">${title(tag)}</a><ul>${of(tag).map((one) => `<li><a href="#${e(one.id)}">${e(one.method.toUpperCase())} ${e(one.path)}</a></li>`).join('')}</ul></li>`).join('\n')}
<li><a class="group" href="#problems">Problems</a></li>
</ul></nav>
<main id="main">
<header>
<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4l16 6v12c0 11-7 18-16 22C15 40 8 33 8 22V10z" /><path d="M16 24l6 6 11-13" /></svg>
<h1>Samtycke API</h1>
<p class="lead">${words(lead)}</p>
<p class="links"><a href="/openapi.json">OpenAPI 3.1</a> <a href="/docs/events">Events on Kafka</a> <a href="/verify">Verify a pack</a> <a href="/propagation">Propagation</a></p>
</header>
${tags.map((tag) => `<section id="tag-${e(tag)}" aria-labelledby="tag-${e(tag)}-title">
<h2 id="tag-${e(tag)}-title">${title(tag)}</h2>
${of(tag).map((one) => call(one, definitions)).join('\n')}
</section>`).join('\n')}
<section id="problems" aria-labelledby="problems-title">
<h2 id="problems-title">Problems</h2>
<p class="lead">Every error is a problem document (RFC 9457) with a stable <code>code</code>. A 4xx changed nothing.</p>
${codes(definitions)}
</section>
</main>
</div>
</body>
</html>
`;
}
