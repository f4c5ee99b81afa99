import { escapeHtml as e } from '#html';
import { isLocale, type Locale } from '#languages';
import type { DefinedPurpose } from '#ledger';
import type { NoticeRef } from '#contracts';
import type { PurposeState } from '#people';
import { dayIn } from '../links/times.js';
import type { OwnChoice, OwnView } from './own-choices.js';
import { ownWords, type OwnWords } from './words.js';

export interface OwnPage {
  locale: Locale;
  view: OwnView;
  /** What became of a press. */
  said?: string;
  /** Title and summary of a purpose. */
  textOf: (purpose: DefinedPurpose) => { title: string; summary: string };
  basisOf: (basis: string) => string;
  /** The text that a yes stands under, and where it can be read. */
  noticeOf: (notice: NoticeRef) => { title: string; href?: string };
  /** Where all is done that a link cannot do. */
  signIn?: string;
}

type Group = keyof OwnWords['groups'];
const GROUPS: Group[] = ['consent', 'interest', 'device', 'told'];
const LANGUAGES: Record<Locale, string> = { sv: 'Svenska', da: 'Dansk', en: 'English' };

const groupOf = ({ choice, holder }: DefinedPurpose): Group => {
  if (choice === 'told') return 'told';
  return holder === 'device' ? 'device' : choice === 'object-lift' ? 'interest' : 'consent';
};

interface Standing {
  words: string;
  mood: 'on' | 'off' | 'wait';
}

/** What stands above a choice, in words. */
function above({ status, allowed, chosen, preferences }: PurposeState, words: OwnWords, locale: Locale): Standing | undefined {
  if (status === 'restricted') return { words: words.restricted, mood: 'wait' };
  if (allowed || !chosen?.allowed) return undefined;
  const until = preferences?.pausedUntil;
  return { words: until === undefined ? words.silenced : words.paused.replace('{day}', dayIn(locale, until)), mood: 'wait' };
}

const isRefused = ({ status }: Pick<PurposeState, 'status'>): boolean => status === 'refused' || status === 'withdrawn';

function plain(group: Group, { status, allowed, since }: PurposeState, words: OwnWords, locale: Locale): Standing {
  if (status === 'requested') return { words: words.requested, mood: 'wait' };
  if (status === 'objected') return allowed ? { words: words.overridden, mood: 'on' } : { words: words.objected, mood: 'off' };
  if (group === 'device') return since !== undefined && isRefused({ status }) ? { words: words.allDevicesOff.replace('{day}', dayIn(locale, since)), mood: 'off' } : { words: words.perDevice, mood: 'wait' };
  if (group === 'interest' || group === 'told') return { words: words.inUse, mood: 'on' };
  return allowed ? { words: words.on, mood: 'on' } : { words: words.off, mood: 'off' };
}

function standingOf(group: Group, state: PurposeState, words: OwnWords, locale: Locale): Standing {
  const higher = above(state, words, locale);
  if (higher) return higher;
  const { words: now, mood } = plain(group, state, words, locale);
  const times = [state.since && words.since.replace('{day}', dayIn(locale, state.since)), state.allowed && state.validUntil && words.until.replace('{day}', dayIn(locale, state.validUntil))];
  const shown = group === 'told' || group === 'device' ? [] : times.filter(Boolean);
  return { words: [now, ...shown].join(', '), mood };
}

const VERBS = { consent: 'stop', interest: 'object', device: 'refuse', told: 'stop' } as const satisfies Record<Group, keyof OwnWords>;

const YES: ReadonlySet<string> = new Set(['given', 'renewed']);

/** A yes is shown with the text that it was given under. */
function underText({ notice, status, chosen }: PurposeState, words: OwnWords, { noticeOf }: OwnPage): string {
  if (!notice || !YES.has(chosen?.status ?? status)) return '';
  const { title, href } = noticeOf(notice);
  const named = `${e(title)}, ${e(notice.version)}`;
  return `<p class="basis">${e(words.text)}: ${href === undefined ? named : `<a href="${e(href)}" rel="noreferrer">${named}</a>`}</p>`;
}

function item(group: Group, { purpose, state, stoppable }: OwnChoice, page: OwnPage): string {
  const { locale, textOf, basisOf } = page;
  const words = ownWords(locale);
  const { title, summary } = textOf(purpose);
  const { words: standing, mood } = standingOf(group, state, words, locale);
  const button = stoppable ? `<form method="post"><button type="submit" class="other" name="purpose" value="${e(purpose.id)}" aria-describedby="t-${e(purpose.id)}">${e(words[VERBS[group]])}</button></form>` : '';
  return `<li><div><h3 id="t-${e(purpose.id)}">${e(title)}</h3><p>${e(summary)}</p><p class="state ${mood}">${e(standing)}</p><p class="basis">${e(words.basis)}: ${e(basisOf(purpose.basis))}</p>${underText(state, words, page)}</div>${button}</li>`;
}

function groupMarkup(group: Group, page: OwnPage, choices: OwnChoice[]): string {
  const own = choices.filter(({ purpose }) => groupOf(purpose) === group);
  if (own.length === 0) return '';
  const { title, text } = ownWords(page.locale).groups[group];
  const list = `<p>${e(text)}</p><ul>${own.map((one) => item(group, one, page)).join('')}</ul>`;
  return group === 'told' ? `<details><summary>${e(title)}</summary>${list}</details>` : `<section aria-labelledby="g-${group}"><h2 id="g-${group}">${e(title)}</h2>${list}</section>`;
}

const stopAll = (words: OwnWords): string => `<form method="post" class="all"><button type="submit" name="all" value="1" aria-describedby="all-text">${e(words.all)}</button><p id="all-text">${e(words.allText)}</p></form>`;

function contentOf(page: OwnPage, words: OwnWords): string {
  const { view } = page;
  if (view.kind === 'nothing') return `<h1>${e(words.nothingTitle)}</h1><p class="lead">${e(words.nothingText)}</p>`;
  const said = page.said === undefined ? '' : `<p class="said" role="status">${e(page.said)}</p>`;
  if (view.kind === 'moved') return `<h1>${e(words.movedTitle)}</h1>${said}<p class="lead">${e(words.movedText)}</p>${stopAll(words)}`;
  const any = view.choices.some(({ stoppable, state }) => stoppable && !isRefused(state));
  return `<h1>${e(words.title)}</h1><p class="lead">${e(words.lead)}</p>${said}${GROUPS.map((group) => groupMarkup(group, page, view.choices)).join('')}${any ? stopAll(words) : ''}`;
}

function more({ signIn }: OwnPage, words: OwnWords): string {
  if (signIn === undefined) return '';
  return `<footer><h2>${e(words.moreTitle)}</h2><p>${e(words.moreText)}</p><p><a href="${e(signIn)}" rel="noreferrer">${e(words.signIn)}</a></p></footer>`;
}

/** The page of somebody's choices: plain HTML that works without scripts, styles from /own-choices.css, nothing from elsewhere. */
export function renderOwnChoices(page: OwnPage): string {
  const { locale, view } = page;
  const words = ownWords(locale);
  const languages = Object.keys(LANGUAGES).filter(isLocale).map((one) => `<a href="?lang=${one}" lang="${one}" hreflang="${one}"${one === locale ? ' aria-current="true"' : ''}>${LANGUAGES[one]}</a>`);
  const title = view.kind === 'open' ? words.title : view.kind === 'moved' ? words.movedTitle : words.nothingTitle;
  return `<!doctype html>
<html lang="${e(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${e(title)}</title>
<link rel="stylesheet" href="/links.css">
<link rel="stylesheet" href="/own-choices.css">
</head>
<body class="choices">
<nav aria-label="${e(words.language)}">${languages.join('')}</nav>
<main>
${contentOf(page, words)}
${more(page, words)}
</main>
</body>
</html>
`;
}

export const OWN_CHOICES_STYLES = `body.choices{display:block;place-items:normal;padding:0 1.25rem 4rem}
.choices nav{display:flex;justify-content:flex-end;gap:.25rem;max-width:44rem;margin:0 auto;padding:1rem 0}
.choices nav a{padding:.45rem .8rem;border-radius:.6rem;font-size:.9375rem;text-decoration:none}
.choices nav a:hover{text-decoration:underline}
.choices nav a[aria-current]{background:var(--card);color:var(--ink);box-shadow:inset 0 0 0 1px var(--line);font-weight:600}
.choices main{max-width:44rem;margin:0 auto;padding:clamp(1.25rem,.5rem + 4vw,2.75rem);text-align:start}
.choices h1{margin:0 0 .5rem;font-size:clamp(1.75rem,1.4rem + 1.8vw,2.4rem);letter-spacing:-.02em}
.choices .lead{font-size:1.125rem;margin:0 0 1rem}
.choices .said{margin:1.25rem 0;padding:.85rem 1.1rem;border:1px solid var(--accent);border-inline-start-width:5px;border-radius:.6rem;color:var(--ink);font-weight:600}
.choices section{margin-top:2.25rem}
.choices h2{margin:0 0 .15rem;font-size:1.25rem}
.choices section>p,.choices details>p{margin:0}
.choices section ul,.choices details ul{margin:.75rem 0 0;padding:0;list-style:none}
.choices li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.5rem 1.5rem;align-items:center;padding:1.1rem 0;border-top:1px solid var(--line)}
.choices li h3{margin:0;font-size:1.0625rem;hyphens:auto}
.choices li p{margin:.15rem 0 0;font-size:.9375rem}
.choices .state{display:flex;align-items:baseline;gap:.5rem;margin-top:.4rem;color:var(--soft);font-weight:600}
.choices .state::before{content:"";flex:none;width:.6rem;height:.6rem;border:2px solid currentColor;border-radius:50%}
.choices .state.on{color:var(--accent)}
.choices .state.on::before{background:currentColor}
.choices .state.wait::before{border-style:dotted}
.choices .basis{font-size:.875rem}
.choices li button{margin:0;min-height:2.75rem;padding:.4rem 1.15rem;white-space:nowrap;box-shadow:inset 0 0 0 1.5px var(--soft)}
.choices .all{margin-top:2rem;padding:1.25rem 0 0;border-top:2px solid var(--line)}
.choices .all p{margin:.6rem 0 0;font-size:.9375rem}
.choices footer{margin-top:2.25rem;padding:1.25rem 1.4rem;background:var(--ground);border-radius:.8rem}
.choices footer p{margin:.35rem 0 0}
.choices footer a{display:inline-block;padding:.35rem 0;font-weight:600}
@media (max-width:34rem){.choices li{grid-template-columns:minmax(0,1fr)}.choices main{border-radius:.8rem}.choices nav{justify-content:flex-start}}
`;
