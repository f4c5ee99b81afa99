import { element, find, toneOf } from '../../operator-page/browser/elements.js';
import type { System } from './report.js';
import { ago, delay, length } from './words.js';

const list = find('systems');

const figure = (label: string, value: string): HTMLElement => element('div', '', element('dt', '', label), element('dd', '', value));

const badge = (words: string, tone: 'good' | 'bad' | 'idle'): HTMLElement => element('span', `badge ${tone}`, words);

function standing({ late, waiting, waitingAtLeast, acted, deadlineMs }: System): HTMLElement {
  if (deadlineMs === undefined) return badge('not registered', 'idle');
  if (late > 0) return badge(late === 1 ? '1 late' : `${late} late`, 'bad');
  if (waitingAtLeast) return badge('none late', 'idle');
  if (acted === 0 && waiting === 0) return badge('nothing to do', 'idle');
  return badge('in time', 'good');
}

function canaryLine({ canary }: System, now: number): HTMLElement[] {
  if (!canary) return [];
  const { failing, since, afterMs, triedAt } = canary;
  const words = failing ? `Canary: not in time since ${ago(since, now)}` : `Canary: ${delay(afterMs)}, ${ago(triedAt, now)}`;
  return [element('p', failing ? 'canary bad' : 'canary', words)];
}

/** Of a number that is the least nobody is told that it is nought. */
function waitingWords({ waiting, waitingAtLeast }: System): string[] {
  if (!waitingAtLeast) return waiting > 0 ? [`${waiting} waiting`] : [];
  return [waiting > 0 ? `at least ${waiting} waiting` : 'too much was recorded to tell how many wait'];
}

function remarks(system: System, now: number): HTMLElement[] {
  const { lastActedAt, clockAhead } = system;
  const parts = [lastActedAt === undefined ? 'Nothing acted on in this window' : `Last acted ${ago(lastActedAt, now)}`, ...waitingWords(system)];
  if (clockAhead > 0) parts.push(`its clock ran ahead ${clockAhead} ${clockAhead === 1 ? 'time' : 'times'}`);
  return [element('p', 'remark', parts.join(' · '))];
}

function card(system: System, at: number, now: number): HTMLElement {
  const { deadlineMs, purposes, p50Ms, p95Ms, p99Ms, slowestMs, acted } = system;
  const scope = purposes ? purposes.join(', ') : 'every purpose';
  const demanded = deadlineMs === undefined ? 'nothing is demanded of it' : `${scope}, within ${length(deadlineMs)}`;
  return element(
    'li', 'card',
    element('div', 'card-head', element('h2', '', element('span', `swatch ${toneOf(at)}`), system.system), standing(system)),
    element('p', 'hint', demanded),
    element('p', 'big', element('strong', '', delay(p95Ms)), element('span', '', acted === 0 ? 'none acted on' : `95 % of ${acted.toLocaleString('en')}`)),
    element('dl', '', figure('half', delay(p50Ms)), figure('99 %', delay(p99Ms)), figure('slowest', delay(slowestMs))),
    ...remarks(system, now),
    ...canaryLine(system, now),
  );
}

/** One card for each system; who fails stands out. */
export function showSystems(systems: System[], until: string): void {
  const now = Date.parse(until);
  if (systems.length === 0) return list.replaceChildren(element('li', 'card', element('h2', '', 'No system is registered'), element('p', 'hint', 'samtycke systems add <id> --purposes <list> --deadline 5s')));
  list.replaceChildren(...systems.map((system, at) => card(system, at, now)));
}
