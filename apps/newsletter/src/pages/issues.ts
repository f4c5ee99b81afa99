import { html, type Markup } from '#html';
import type { Topic } from '../issues/ask-topics.js';
import { localeOf } from '../send/farewell.js';
import type { IssueWithProgress, Progress } from '../store/issues.js';
import type { LeftOut } from '../store/recipients.js';
import { layout } from './layout.js';
import { LOCALE_NAMES } from './locale-names.js';
import { showNumber, showTime } from './numbers.js';
import { WORDS, type Language } from './words.js';

const sumOf = (leftOut: Record<string, number>): number => Object.values(leftOut).reduce((sum, count) => sum + count, 0);

/** A bar without inline styles: an SVG whose parts are as wide as their share. */
function bar({ sent, queued, leftOut }: Progress): Markup {
  const out = sumOf(leftOut);
  const total = Math.max(1, sent + queued + out);
  const width = (count: number): string => ((count / total) * 100).toFixed(2);
  return html`<svg class="progress" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="progress-all" width="100" height="6"/><rect class="progress-sent" width="${width(sent)}" height="6"/><rect class="progress-out" x="${width(sent)}" width="${width(out)}" height="6"/></svg>`;
}

function counts({ sent, queued, leftOut }: Progress, language: Language): Markup {
  const words = WORDS[language];
  const out = sumOf(leftOut);
  return html`<p class="counts"><span class="count-sent">${words.sentCount(sent)}</span>${out > 0 && html`<span class="count-out">${words.leftOutCount(out)}</span>`}${queued > 0 && html`<span>${words.waitingCount(queued)}</span>`}</p>`;
}

const stateOf = (issue: IssueWithProgress, language: Language): string => (issue.finishedAt ? WORDS[language].finished : WORDS[language].underWay);

function row(issue: IssueWithProgress, language: Language): Markup {
  return html`<li class="issue">
<p class="issue-head"><a id="issue-${issue.id}" href="/issues/${issue.id}">${issue.subject}</a> <span class="tag">${stateOf(issue, language)}</span></p>
${bar(issue.progress)}
${counts(issue.progress, language)}
<p class="small"><time datetime="${issue.createdAt}">${showTime(new Date(issue.createdAt), language)}</time></p>
</li>`;
}

/** The latest issues, newest first. */
export function issueList(issues: readonly IssueWithProgress[], language: Language): Markup {
  if (issues.length === 0) return html`<p class="empty">${WORDS[language].noIssues}</p>`;
  return html`<ol class="issues">${issues.map((issue) => row(issue, language))}</ol>`;
}

/** Whom it is meant for, where it is not for all. */
function meantFor({ topic, language: written }: IssueWithProgress, language: Language, topics: readonly Topic[]): string {
  const words = WORDS[language];
  const about = topic && `${words.topic}: ${topics.find(({ id }) => id === topic)?.texts?.[language]?.title ?? topic}`;
  return [about, written && `${words.language}: ${LOCALE_NAMES[localeOf(written)]}`].filter(Boolean).map((one) => ` · ${one}`).join('');
}

/** One issue: what was written, and what became of it. */
export function issuePage(issue: IssueWithProgress, language: Language, topics: readonly Topic[]): string {
  const words = WORDS[language];
  const { progress } = issue;
  const reasons = Object.entries(progress.leftOut) as [LeftOut, number][];
  const content = html`<div class="wrap narrow section">
<p><a class="back" href="/">← ${words.back}</a></p>
<h1>${issue.subject}</h1>
<p class="small"><time datetime="${issue.createdAt}">${showTime(new Date(issue.createdAt), language)}</time> · <span id="state">${stateOf(issue, language)}</span>${meantFor(issue, language, topics)}</p>
<section class="card" id="progress" data-live="/issues/${issue.id}">
${bar(progress)}
${counts(progress, language)}
${reasons.length > 0 && html`<ul class="reasons">${reasons.map(([reason, count]) => html`<li><b>${showNumber(count, language)}</b> ${words.leftOut[reason]}</li>`)}</ul>`}
</section>
<h2>${words.written}</h2>
<article class="card letter">${issue.body.replace(/\r\n?/g, '\n').split(/\n{2,}/).map((paragraph) => html`<p>${paragraph}</p>`)}</article>
</div>`;
  return layout(language, { title: `${issue.subject} – ${words.title}`, content, path: `/issues/${issue.id}` });
}
