import type { ConsumerHealth } from '#consumer';
import { chartCard } from './chart.js';
import { html, type Html } from './html.js';
import { layout } from './layout.js';
import { showDuration, showNumber } from './numbers.js';
import { describeReaction, reactionList } from './reactions.js';
import { pathList, segmentList } from './shares.js';
import type { View } from './view.js';
import { WORDS, type Language, type Words } from './words.js';

const stateOf = ({ state }: ConsumerHealth): keyof Words['states'] => {
  if (state === 'following') return 'following';
  return state === 'learning' ? 'learning' : 'waiting';
};

function facts({ figures, reactions: [first] }: View, language: Language): Html {
  const words = WORDS[language];
  const took = first && showDuration(first.appliedAt.getTime() - first.recordedAt.getTime(), language);
  const fact = (figure: string, says: string): Html => html`<div><dt>${says}</dt><dd class="figure">${figure}</dd></div>`;
  return html`<dl class="facts">${fact(showNumber(figures.devices, language), words.devices)}${fact(took ?? '–', took ? words.latestReaction : words.nothingYet)}${fact(showNumber(figures.anonymousToday, language), words.anonymousToday)}</dl>`;
}

function hero(view: View, language: Language): Html {
  const words = WORDS[language];
  const { views } = view.figures;
  const state = stateOf(view.health);
  return html`<div class="figures" id="figures" data-now="${view.now.toISOString()}">
<div class="figures-list"><p class="pill pill-${state}"><span class="dot" aria-hidden="true"></span>${words.states[state]}</p>
<h1 class="headline"><span class="headline-number">${showNumber(views, language)}</span> <span class="headline-words">${words.views(views)}</span></h1>
<p class="lead">${views === 0 ? words.noneYet : words.lead}</p></div>
${facts(view, language)}
<p class="hidden" role="status">${view.reactions[0] && describeReaction(view.reactions[0], language)}</p>
</div>`;
}

/** The overview. */
export function homePage(view: View, language: Language): string {
  const words = WORDS[language];
  const content = html`<div class="hero" data-live="/?range=${view.range}"><div class="wrap">${hero(view, language)}</div></div>
<div class="wrap section">${chartCard(view, language)}
<div class="columns">
<div class="column">
<section class="card" aria-labelledby="paths-title"><h2 id="paths-title">${words.pages}</h2><p class="muted">${words.pagesHint}</p><div id="paths">${pathList(view.paths, language)}</div></section>
<section class="card" aria-labelledby="segments-title"><h2 id="segments-title">${words.segments}</h2><p class="muted">${words.segmentsHint}</p><div id="segments">${segmentList(view.segments, language)}</div></section>
</div>
<div class="column"><section class="card" aria-labelledby="happened"><h2 id="happened">${words.happened}</h2><p class="muted">${words.happenedHint}</p><div id="reactions">${reactionList(view.reactions, language)}</div></section></div>
</div></div>`;
  return layout(language, { title: words.title, content });
}

/** A page with nothing but a sentence. */
export const plainPage = (sentence: string, language: Language): string => {
  const words = WORDS[language];
  const content = html`<div class="wrap narrow section"><h1>${sentence}</h1><p><a class="back" href="/">← ${words.back}</a></p></div>`;
  return layout(language, { title: words.title, content });
};
