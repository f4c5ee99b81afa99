import type { PathCount, SegmentCount } from '../store/figures.js';
import { html, type Html } from './html.js';
import { showNumber } from './numbers.js';
import { WORDS, type Language } from './words.js';

interface Share {
  name: string;
  detail?: string;
  value: number;
  shown: string;
}

/** Names with bars of their share of the largest; widths stand in SVG, since styles may not stand inline. */
function shareList(shares: readonly Share[]): Html {
  const most = Math.max(1, ...shares.map(({ value }) => value));
  const line = ({ name, detail, value, shown }: Share): Html => html`<li class="share">
<p class="share-name"><b>${name}</b>${detail !== undefined && html` <span class="small">${detail}</span>`}</p><p class="share-value">${shown}</p>
<svg class="share-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="share-all" width="100" height="6"/><rect class="share-part" width="${((value / most) * 100).toFixed(2)}" height="6"/></svg>
</li>`;
  return html`<ol class="shares">${shares.map(line)}</ol>`;
}

/** The pages that were seen most. */
export function pathList(paths: readonly PathCount[], language: Language): Html {
  if (paths.length === 0) return html`<p class="empty">${WORDS[language].noPages}</p>`;
  return shareList(paths.map(({ path, title, views }) => ({ name: title ?? path, detail: title === null ? undefined : path, value: views, shown: showNumber(views, language) })));
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1).replaceAll('-', ' ');

/** What visitors are interested in, by devices. */
export function segmentList(segments: readonly SegmentCount[], language: Language): Html {
  const words = WORDS[language];
  if (segments.length === 0) return html`<p class="empty">${words.noSegments}</p>`;
  return shareList(segments.map(({ segment, devices }) => ({ name: segment === 'start' ? words.start : capital(segment), value: devices, shown: words.inSegment(devices) })));
}
