import type { Reaction, Summary } from '../summary/summary.js';
import { countOf, element } from './elements.js';

const SUBJECTS: Record<string, string> = { statistics: 'Statistics', 'analytics-segmentation': 'Segmentation' };
const EVENTS: Record<string, string> = {
  'consent-granted': 'allowed',
  'consent-withdrawn': 'taken back',
  'consent-refused': 'refused',
  'processing-restricted': 'restricted',
  'restriction-lifted': 'no longer restricted',
  'person-erased': 'erased',
};
const REASONS: Record<string, string> = {
  expired: 'it had run out',
  gpc: 'by the browser’s privacy signal',
  'notice-changed': 'the text had changed',
  erased: 'the device was erased',
  retention: 'its time was over',
  operator: 'by an operator',
  'linked-person': 'by the person behind the device',
};

const list = document.getElementById('reactions');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
let newest: number | undefined;

function whatHappened({ type, purpose, reason, allowed }: Reaction): string {
  const subject = SUBJECTS[purpose] ?? 'A device';
  const event = EVENTS[type] ?? (allowed ? 'allowed' : 'not allowed');
  const because = reason !== null && REASONS[reason] ? `, ${REASONS[reason]}` : '';
  return `${subject} ${event}${because}`;
}

function whatWasDone({ purpose, allowed, viewsDeleted, profilesDeleted }: Reaction): string {
  const deleted = [viewsDeleted > 0 && countOf(viewsDeleted, 'view'), profilesDeleted > 0 && 'its segment'].filter(Boolean);
  if (deleted.length > 0) return `${deleted.join(' and ')} deleted`;
  if (!allowed) return 'nothing was held';
  return purpose === 'statistics' ? 'its views count from here on' : 'its next view places it in a segment';
}

function toneOf({ allowed, viewsDeleted, profilesDeleted }: Reaction): string {
  if (viewsDeleted + profilesDeleted > 0) return 'gone';
  return allowed ? 'yes' : 'no';
}

const durationOf = (ms: number): string => (ms < 10_000 ? `${ms} ms` : `${countOf(Math.round(ms / 1000), 'second')}`);

function lineOf(reaction: Reaction): HTMLElement {
  const time = element('time', '', clock.format(new Date(reaction.at)));
  time.setAttribute('datetime', reaction.at);
  const meta = element('span', 'past-when', time, ` · ${durationOf(reaction.afterMs)} after the ledger`);
  const line = element('li', `past past-${toneOf(reaction)}`, element('span', 'past-what', whatHappened(reaction)), element('span', 'past-done', whatWasDone(reaction)), meta);
  line.dataset.number = String(reaction.number);
  return line;
}

/** Adds what is new to the top of the log; what was there stays, so that only news is read out. */
export function showReactions({ reactions }: Summary): void {
  if (!list) return;
  const known = newest ?? 0;
  const fresh = reactions.filter(({ number }) => number > known).map(lineOf);
  if (newest !== undefined) for (const line of fresh) line.classList.add('fresh');
  list.prepend(...fresh);
  while (list.children.length > 40) list.lastElementChild?.remove();
  newest = Math.max(known, reactions[0]?.number ?? 0);
  document.getElementById('reactions-empty')?.toggleAttribute('hidden', list.children.length > 0);
}
