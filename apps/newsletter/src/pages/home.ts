import { randomUUID } from 'node:crypto';
import type { ConsumerHealth } from '#consumer';
import { html, type Markup } from '#html';
import { issueList } from './issues.js';
import { layout } from './layout.js';
import { LOCALE_NAMES } from './locale-names.js';
import { showDuration, showNumber } from './numbers.js';
import { describeReaction, reactionList } from './reactions.js';
import type { View } from './view.js';
import { WORDS, type Language, type Words } from './words.js';

/** What somebody typed that could not be sent, and what is wrong with it. */
export interface Draft {
  subject: string;
  body: string;
  topic: string | null;
  language: string | null;
  /** `id`: another issue was sent under it already; `list`: who may be written to is not known yet. */
  wrong: ('id' | 'list' | 'subject' | 'body' | 'topic' | 'language')[];
}

const stateOf = ({ state }: ConsumerHealth): keyof Words['states'] => {
  if (state === 'following') return 'following';
  return state === 'learning' ? 'learning' : 'waiting';
};

function latest({ reactions: [first] }: View, language: Language): Markup {
  const words = WORDS[language];
  if (!first) return html`<dt>${words.latestReaction}</dt><dd><span class="figure">–</span><span>${words.nothingYet}</span></dd>`;
  const took = showDuration(first.appliedAt.getTime() - first.recordedAt.getTime(), language);
  return html`<dt>${words.latestReaction}</dt><dd><span class="figure">${took}</span><span>${words.afterDecision}</span></dd>`;
}

function figures(view: View, language: Language): Markup {
  const words = WORDS[language];
  const { count, paused, tooSoon } = view.list;
  const state = stateOf(view.health);
  return html`<div class="figures" id="figures" data-now="${view.now.toISOString()}">
<div class="figures-list"><p class="pill pill-${state}"><span class="dot" aria-hidden="true"></span>${words.states[state]}</p>
<h1 class="headline"><span class="headline-number">${showNumber(count, language)}</span> <span class="headline-words">${words.mayBeWritten(count)}</span></h1>
<p class="lead">${count === 0 ? words.noneYet : words.mayBeWrittenNow}${paused > 0 && html` ${words.paused(paused)}`}${tooSoon > 0 && html` ${words.tooSoon(tooSoon)}`}</p></div>
<dl class="facts"><div>${latest(view, language)}</div><div><dt>${words.issuesSent(view.issueCount)}</dt><dd><span class="figure">${showNumber(view.issueCount, language)}</span><span></span></dd></div></dl>
</div>`;
}

function field(name: 'subject' | 'body', draft: Draft | undefined, language: Language): Markup {
  const words = WORDS[language];
  const wrong = draft?.wrong.includes(name) ?? false;
  const described = `${name}-hint${wrong ? ` ${name}-error` : ''}`;
  const attributes = html`id="${name}" name="${name}" required aria-describedby="${described}"${wrong && html` aria-invalid="true"`}`;
  return html`<div class="field"><label for="${name}">${words[name]}</label>
${wrong && html`<p class="error" id="${name}-error">${words.errors[name]}</p>`}
${name === 'subject' ? html`<input type="text" maxlength="200" autocomplete="off" value="${draft?.subject}" ${attributes}>` : html`<textarea rows="9" maxlength="50000" ${attributes}>${draft?.body}</textarea>`}
<p class="small" id="${name}-hint">${name === 'body' && words.bodyHint}</p></div>`;
}

/** What narrows an issue to those who wish for it; of no use where there is nothing to choose from. */
function choice(name: 'topic' | 'language', options: [id: string, title: string][], draft: Draft | undefined, language: Language): Markup | undefined {
  if (options.length === 0) return undefined;
  const words = WORDS[language];
  const wrong = draft?.wrong.includes(name) ?? false;
  const described = `${name}-hint${wrong ? ` ${name}-error` : ''}`;
  return html`<div class="field"><label for="${name}">${words[name]}</label>
${wrong && html`<p class="error" id="${name}-error">${words.errors[name]}</p>`}
<select id="${name}" name="${name}" aria-describedby="${described}"${wrong && html` aria-invalid="true"`}><option value="">${words.ofInterestToAll}</option>${options.map(([id, title]) => html`<option value="${id}"${draft?.[name] === id && html` selected`}>${title}</option>`)}</select>
<p class="small" id="${name}-hint">${words.narrows[name]}</p></div>`;
}

function form(view: View, language: Language, draft: Draft | undefined): Markup {
  const words = WORDS[language];
  const { count, paused, tooSoon } = view.list;
  return html`<section class="card" aria-labelledby="write"><h2 id="write">${words.write}</h2><p class="muted">${words.writeHint}</p>
${draft && html`<p class="error-box" role="alert" tabindex="-1">${words.errors[draft.wrong.find((one) => one === 'id' || one === 'list') ?? 'summary']}</p>`}
<form method="post" action="/issues"><input type="hidden" name="id" value="${randomUUID()}">
${field('subject', draft, language)}${field('body', draft, language)}
${choice('topic', view.topics.map(({ id, texts }) => [id, texts?.[language]?.title ?? id]), draft, language)}${choice('language', Object.entries(LOCALE_NAMES), draft, language)}
<button class="button" type="submit"><span id="send">${words.send(count - paused - tooSoon)}</span></button>
<p class="small">${words.sendHint}</p></form></section>`;
}

/** The overview. */
export function homePage(view: View, language: Language, draft?: Draft): string {
  const words = WORDS[language];
  const content = html`<div class="hero" data-live="/"><div class="wrap">${figures(view, language)}<p class="hidden" role="status" id="told">${view.reactions[0] && describeReaction(view.reactions[0], language)}</p></div></div>
<div class="wrap columns section">
<div class="column">${form(view, language, draft)}
<section class="card" aria-labelledby="sent"><h2 id="sent">${words.issues}</h2><div id="issues">${issueList(view.issues, language)}</div></section></div>
<div class="column"><section class="card" aria-labelledby="happened"><h2 id="happened">${words.happened}</h2><p class="muted">${words.happenedHint}</p><div id="reactions">${reactionList(view.reactions, language)}</div></section>
</div></div>`;
  return layout(language, { title: words.title, content, path: '/' });
}

/** A page with nothing but a sentence. */
export const plainPage = (sentence: string, language: Language): string => {
  const words = WORDS[language];
  const content = html`<div class="wrap narrow section"><h1>${sentence}</h1><p><a class="back" href="/">← ${words.back}</a></p></div>`;
  return layout(language, { title: words.title, content, path: '/' });
};
