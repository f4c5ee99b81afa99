import { html, type Markup } from '#html';
import type { Locale } from '#languages';
import { GROUPS, type Choice, type Group, type View } from '../choices/view.js';
import { fill, textsIn } from '../language/texts.js';
import type { Texts } from '../language/wording.js';
import { choiceCard, type CardFrame } from './choice-card.js';
import { historyList } from './history-list.js';
import { GROUP_ICONS } from './icons.js';
import { wholeBox } from './whole-box.js';
import { isOn } from './words-of-choice.js';

export interface ChoicesFrame {
  locale: Locale;
  websiteUrl: string;
  noticeTitle: (id: string) => string;
  /** The purpose of which no channel was chosen, as its form is to say. */
  unchosen?: string;
}

function group(name: Group, choices: Choice[], frame: CardFrame): Markup {
  const { title, words } = textsIn(frame.locale).groups[name];
  return html`<section class="group" aria-labelledby="group-${name}"><header>${GROUP_ICONS[name]}<div><h2 id="group-${name}">${title}</h2><p>${words}</p></div></header>
    <ul class="choice-list">${choices.map((choice) => choiceCard(choice, frame))}</ul></section>`;
}

/** Counts what can be switched, and how it stands. */
function counts(choices: Choice[], locale: Locale): Markup {
  const { intro } = textsIn(locale);
  const own = choices.filter((choice) => choice.group === 'consent' || choice.group === 'interest');
  const on = own.filter(isOn).length;
  const off = own.length - on;
  return html`<p class="counts" data-part="counts" data-rev="${on}.${off}"><span><strong>${on}</strong> ${intro.on}</span><span><strong>${off}</strong> ${intro.off}</span></p>`;
}

const troubleBox = (stale: boolean, locale: Locale): Markup => {
  const { trouble } = textsIn(locale);
  return html`<div data-part="trouble" data-rev="${stale ? 'stale' : 'fine'}">${stale ? html`<div class="trouble" role="status" data-again><h2>${trouble.staleTitle}</h2><p>${trouble.staleWords}</p></div>` : ''}</div>`;
};

/** The part of the page that is fetched again when something changed. */
export function choicesView(view: View, frame: ChoicesFrame): Markup {
  const { locale, noticeTitle } = frame;
  const { intro } = textsIn(locale);
  const card: CardFrame = { ...frame, notice: view.notice, stale: view.stale };
  const notice = view.notice;
  const bound = notice && html`<p class="small bound">${intro.changeNotice.split('{notice}')[0] ?? ''}<a href="/notices/${notice.id}?version=${notice.version}&amp;locale=${notice.locale}">${noticeTitle(notice.id)} ${notice.version}</a>${intro.changeNotice.split('{notice}')[1] ?? ''}</p>`;
  return html`${troubleBox(view.stale, locale)}
  <div class="columns"><div class="groups">${counts(view.choices, locale)}${wholeBox(view.whole, view.known && !view.stale, locale)}${GROUPS.map((name) => group(name, view.choices.filter((choice) => choice.group === name), card))}${bound}</div>
  <aside>${historyList(view.history, new Map(view.choices.map(({ purpose, title }) => [purpose.id, title])), { locale, ...(view.hasOlder && { older: 2 }) })}</aside></div>`;
}

/** What is shown where nothing true can be shown about the person; it looks again by itself. */
export function silentView(locale: Locale): Markup {
  const { trouble } = textsIn(locale);
  return html`<div class="trouble trouble-alone" role="status" data-again data-part="silent" data-rev="silent"><h2>${trouble.silentTitle}</h2><p>${trouble.silentWords}</p><p><a class="button" href="/">${trouble.again}</a></p></div>`;
}

export function ambiguousView(locale: Locale): Markup {
  const { trouble } = textsIn(locale);
  return html`<div class="trouble trouble-alone" role="status" data-part="ambiguous" data-rev="ambiguous"><h2>${trouble.ambiguousTitle}</h2><p>${trouble.ambiguousWords}</p></div>`;
}

/** Everything below the header: the introduction, the message line, and the view. */
export function choicesPage(view: Markup, locale: Locale, message: string): Markup {
  const { intro, result } = textsIn(locale);
  return html`<div class="intro"><div class="wrap"><h1>${intro.title}</h1><p class="lead">${intro.lead}</p>
    <p class="live" id="live" data-live="${intro.live}" data-offline="${intro.offline}" hidden></p></div></div>
  <div class="wrap"><p id="message" class="message" role="status" aria-live="polite" data-elsewhere="${result.elsewhere}" data-saved="${result.saved}" data-failed="${result.failed}">${message}</p><div id="view">${view}</div></div>`;
}

/** A sentence about what became of a press. */
export const resultWords = (result: Exclude<keyof Texts['result'], 'elsewhere'>, title: string, locale: Locale): string => fill(textsIn(locale).result[result], { title });
