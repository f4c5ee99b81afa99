import { escapeHtml as e } from '#html';
import type { ContractSource, GoldenMessage, SchemaObject, TypeSource } from '#schemas';
import { jsonText, memberTable, rowsOf, words } from './render-schema.js';

/** The types by what they are about. */
export const GROUPS: { id: string; title: string; lead: string; types: string[] }[] = [
  { id: 'consent', title: 'Consent', lead: 'Purposes that are based on consent (GDPR 6(1)(a)).', types: ['consent-granted', 'consent-withdrawn', 'consent-refused', 'request-opened', 'request-closed'] },
  { id: 'objection', title: 'Legitimate interest', lead: 'Purposes that are allowed until somebody objects (GDPR 21).', types: ['objection-raised', 'objection-lifted'] },
  { id: 'preferences', title: 'Preferences and history', lead: 'How something may be used, and what was decided without effect.', types: ['preferences-changed', 'decision-recorded'] },
  { id: 'rights', title: 'Rights', lead: 'What a person can ask for, and what comes of it.', types: ['processing-restricted', 'restriction-lifted', 'right-requested', 'right-closed', 'person-erased'] },
  { id: 'identity', title: 'Identity', lead: 'Who is whom. Addresses are on no topic.', types: ['identifiers-changed', 'person-linked', 'person-merged', 'person-split'] },
  { id: 'ledger', title: 'The ledger itself', lead: 'Facts under purpose `~ledger`; a system that only acts on people leaves them aside.', types: ['catalogue-changed', 'notice-published', 'key-changed'] },
];

/** What a member means on every event. */
function generalWords(name: string, { definitions }: ContractSource): string {
  const general = definitions.MessageData?.properties?.[name];
  if (typeof general !== 'object') return '';
  return general.description ?? definitions[general.$ref?.split('/').pop() ?? '']?.description ?? '';
}

/** What a member means where a type says only what it holds. */
function wordsFor(name: string, { $ref, properties }: SchemaObject, source: ContractSource): string {
  if (name === 'purpose' && $ref !== undefined) return 'A purpose of the catalogue';
  return properties ? 'What belongs to the type:' : generalWords(name, source);
}

/** The members that a type says something of its own about. */
function ownMembers(type: TypeSource, source: ContractSource): SchemaObject {
  const { definitions } = source;
  const general = definitions.MessageData?.properties ?? {};
  const needed = (type.required ?? []).filter((name) => type.properties?.[name] === undefined);
  const own = Object.entries(type.properties ?? {}).map(([name, schema]): [string, SchemaObject] => {
    const said = typeof schema === 'object' ? schema : {};
    return [name, { description: wordsFor(name, said, source), ...said }];
  });
  const more = needed.map((name): [string, SchemaObject] => [name, general[name] as SchemaObject]);
  return { properties: Object.fromEntries([...own, ...more]), required: [...(type.required ?? []), ...(type.properties?.purpose ? ['purpose'] : [])] };
}

function example(type: string, { headers, key, value }: GoldenMessage): string {
  const data = JSON.parse(value) as unknown;
  const lines = Object.entries(headers).map(([name, held]) => `<tr><th scope="row"><code>${e(name)}</code></th><td><code>${e(held)}</code></td></tr>`).join('');
  return `<details>
<summary>A message<span class="visually-hidden"> of ${e(type)}</span></summary>
<p class="label">Key</p>
<pre tabindex="0" role="region" aria-label="Key of ${e(type)}"><code>${e(key)}</code></pre>
<p class="label">Headers</p>
<div class="scroll" role="region" aria-label="Headers of ${e(type)}" tabindex="0"><table class="headers"><tbody>${lines}</tbody></table></div>
<p class="label">Value</p>
<pre tabindex="0" role="region" aria-label="Value of ${e(type)}"><code>${jsonText(data)}</code></pre>
</details>`;
}

/** One type: what it means, when it comes, what it says beside what every message says, and one that was really sent. */
export function renderType(type: string, source: ContractSource, golden: GoldenMessage | undefined): string {
  const about = source.types[type];
  if (!about) return '';
  return `<article id="${e(type)}">
<h3><a href="#${e(type)}">${e(type)}</a></h3>
<p class="meaning">${words(about.description)}</p>
<p class="when"><span class="label">Published when</span> ${words(about['x-published'])}</p>
${memberTable(rowsOf(ownMembers(about, source), source.definitions), 'Its own members', type)}
${golden ? example(type, golden) : ''}
<p class="more"><a href="/schemas/${e(type)}/1">JSON Schema<span class="visually-hidden"> of ${e(type)}</span></a></p>
</article>`;
}
