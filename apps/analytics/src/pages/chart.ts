import { RANGES, type Bar, type Range } from '../store/chart.js';
import { html, type Html } from './html.js';
import { showNumber, showTime } from './numbers.js';
import type { View } from './view.js';
import { WORDS, type Language } from './words.js';

function rangeLink(range: Range, current: Range, language: Language): Html {
  const words = WORDS[language];
  return html`<li><a href="/?range=${range}"${range === current && html` aria-current="true"`}>${words.ranges[range]}</a></li>`;
}

/** The figures of the chart; what the browser draws is read from here. */
function figures(bars: readonly Bar[], range: Range, language: Language): Html {
  const words = WORDS[language];
  const withAnonymous = range === 'month';
  return html`<table class="plain" id="bars" data-range="${range}">
<caption class="hidden">${words.chart}</caption>
<thead><tr><th scope="col">${words.columns.time}</th><th scope="col" class="number">${words.columns.views}</th>${withAnonymous && html`<th scope="col" class="number">${words.columns.anonymous}</th>`}</tr></thead>
<tbody>${bars.map((bar) => html`<tr data-at="${bar.at}" data-views="${bar.views}"${withAnonymous && html` data-anonymous="${bar.anonymous}"`}><th scope="row">${showTime(new Date(bar.at), language)}</th><td class="number">${showNumber(bar.views, language)}</td>${withAnonymous && html`<td class="number">${showNumber(bar.anonymous ?? 0, language)}</td>`}</tr>`)}</tbody>
</table>`;
}

/** The chart with its ranges, and the same as a table. */
export function chartCard({ bars, range }: View, language: Language): Html {
  const words = WORDS[language];
  const total = bars.reduce((sum, bar) => sum + bar.views, 0);
  return html`<section class="card chart-card" aria-labelledby="chart-title">
<div class="chart-head"><div><h2 id="chart-title">${words.chart}</h2><p class="muted">${words.chartHint}</p></div>
<nav aria-label="${words.rangesLabel}"><ul class="ranges">${RANGES.map((one) => rangeLink(one, range, language))}</ul></nav></div>
<div class="chart" id="chart" role="img" aria-label="${words.chartSays(total, words.ranges[range])}" data-views="${words.series.views}" data-anonymous="${words.series.anonymous}"></div>
${range === 'month' && html`<p class="legend"><span class="key key-views">${words.series.views}</span><span class="key key-anonymous">${words.series.anonymous}</span></p>`}
<details><summary>${words.asTable}</summary><div class="table-frame" tabindex="0" role="region" aria-label="${words.chart}">${figures(bars, range, language)}</div></details>
</section>`;
}
