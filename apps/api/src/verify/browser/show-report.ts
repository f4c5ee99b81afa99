import { WHOLE_PERSON } from '#contracts';
import { factInWords, holdersIn, noticeFile, type Finding, type Holder, type PackFiles, type PackReport } from '#proof';

type Tone = 'good' | 'bad';

const WORDS: Record<Finding['state'], string> = { holds: 'Holds', fails: 'Fails', late: 'Late', open: 'Open' };

/** An element with text or children. Texts of a pack are only ever put in as text. */
export function element(name: string, { className, children = [] }: { className?: string; children?: (Node | string)[] } = {}): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const when = (time: string): string => `${time.slice(0, 19).replace('T', ' ')} UTC`;

function verdict(tone: Tone, title: string, text: string): HTMLElement {
  const heading = element('h2', { children: [title] });
  heading.tabIndex = -1;
  return element('div', { className: `verdict ${tone}`, children: [heading, element('p', { children: [text] })] });
}

function findingRow({ state, text, asked }: Finding): HTMLElement {
  return element('li', { className: state, children: [element('span', { className: 'state', children: [asked ? 'Not judged' : WORDS[state]] }), element('span', { children: [text] })] });
}

const LETTERS: Record<string, string> = {
  'consent-granted': 'consent given',
  'consent-withdrawn': 'consent withdrawn',
  'consent-refused': 'consent refused',
  'request-opened': 'confirmation asked for',
  'person-erased': 'erased',
};

function eventRow({ event, index }: PackReport['events'][number]): HTMLElement {
  const shown = event.notice ? `${event.notice.id} ${event.notice.version} (${event.notice.locale})` : '';
  const fact = factInWords(event);
  const cells = [when(event.recordedAt), event.purpose === WHOLE_PERSON ? 'the whole person' : event.purpose, String(event.version), `${LETTERS[event.type] ?? event.type}${fact === undefined ? '' : `: ${fact}`}`, shown, index === undefined ? '' : String(index)];
  return element('tr', { children: cells.map((cell) => element('td', { children: [cell] })) });
}

function tableOf(events: Holder['events'], label: string): HTMLElement {
  const names = ['Recorded', 'Purpose', 'Version', 'What happened', 'Text that was shown', 'Log index'];
  const head = element('thead', { children: [element('tr', { children: names.map((name) => Object.assign(element('th', { children: [name] }), { scope: 'col' })) })] });
  const scroll = element('div', { className: 'scroll', children: [element('table', { children: [head, element('tbody', { children: events.map(eventRow) })] })] });
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', label);
  return scroll;
}

/** What is shown, event by event; of several holders each by himself. */
function timeline(report: PackReport): HTMLElement {
  const holders = holdersIn(report);
  const parts = holders.length > 1 ? holders.flatMap(({ name, events }) => [element('h4', { children: [name] }), tableOf(events, `Events of ${name}`)]) : [tableOf(report.events, 'Events')];
  return element('section', { children: [element('h3', { children: ['What is shown by it'] }), ...parts] });
}

function texts({ events }: PackReport, files: PackFiles): HTMLElement {
  const names = [...new Set(events.flatMap(({ event }) => (event.notice ? [noticeFile(event.notice)] : [])))];
  const shown = names.map((name) => {
    const { title, body, version, locale } = JSON.parse(new TextDecoder().decode(files.get(name))) as Record<string, string>;
    return element('details', { children: [element('summary', { children: [`${title} (version ${version}, ${locale})`] }), element('p', { className: 'text', children: [body ?? ''] })] });
  });
  return element('section', { children: shown.length > 0 ? [element('h3', { children: ['The texts, letter for letter'] }), ...shown] : [] });
}

function notChecked(open: readonly Finding[]): string {
  const unjudged = open.filter(({ asked }) => asked).length;
  const count = open.length - unjudged;
  const answer = unjudged === 0 ? '' : `What you asked beside is not answered by this pack: it is marked “Not judged” below. `;
  if (count === 0) return answer;
  return `${answer}${count === 1 ? 'One thing was not checked: it is marked “Open” below. ' : `${count} things were not checked: they are marked “Open” below. `}`;
}

/** Everything there is to say about a pack. */
export function showReport(report: PackReport, files: PackFiles): HTMLElement[] {
  const failing = report.findings.filter(({ state }) => state === 'fails');
  const failed = failing.length;
  const list = element('ul', { className: 'findings', children: [...failing, ...report.findings.filter(({ state }) => state !== 'fails')].map(findingRow) });
  if (failed > 0) return [verdict('bad', failed === 1 ? 'One thing does not hold' : `${failed} things do not hold`, 'This pack proves nothing as it is. What is wrong, and where:'), list];
  const open = report.findings.filter(({ state }) => state === 'open');
  const made = report.statement ? `Made ${when(report.statement.madeAt)} from ${report.statement.ledger}, a log of ${report.statement.size === 1 ? 'one event' : `${report.statement.size} events`}.` : '';
  const title = open.length > 0 ? 'What was checked holds' : 'Everything holds';
  return [verdict('good', title, `${notChecked(open)}${made}`), list, timeline(report), texts(report, files)];
}

/** What kept a pack from being read at all. */
export const showRefusal = (text: string): HTMLElement[] => [verdict('bad', 'It could not be verified', text)];
