import type { Answer } from '../ask-api.js';
import type { Core } from '../core.js';
import type { Decision, Outgoing, Refused } from '../outbox.js';
import { answersIn, isYes, part, timeOf } from '../outgoing.js';
import type { Site } from '../site.js';
import { dropEndedOf } from './ask-ledger.js';

const CLOSE_MS = 60_000;
/** What may well be taken by itself, or later. */
const LEFT_OUT = ['not_applied', 'too_many_requests'];

/** Whether more is known by now of this browser's clock than when the change was first sent; said once. */
const isDatedWrong = ({ currentDevice }: Core, item: Outgoing): boolean => !item.redated && Math.abs(Date.parse(item.occurredAt ?? '') - timeOf(item, currentDevice()?.ahead)) > CLOSE_MS;

const isTaken = ({ status = 599 }: Answer): boolean => status < 300;

/** What is said once more, each decision by itself: what was refused together, a yes that was left out beside a no, and one that had the wrong time. */
function toRepeat(core: Core, item: Outgoing, answer: Answer): Decision[] {
  const { decisions } = item.body;
  const isOff = isDatedWrong(core, item);
  if (!decisions[1] && !(isOff && decisions.some(isYes))) return [];
  const isLeftOut = (one: Decision): boolean => answersIn(answer).some(({ purpose, code }) => purpose === one.purpose && code && (isOff || LEFT_OUT.includes(code)));
  return isTaken(answer) ? decisions.filter((one) => isYes(one) && isLeftOut(one)) : decisions;
}

/** A yes that the ledger cannot take is none, and is asked again; where it had one already it is asked whether that one stands. */
function dropRefused(core: Core, { body: { decisions }, had = [] }: Outgoing, { body: { code } }: Answer): void {
  const refused = decisions.filter(isYes).map(({ purpose }) => purpose);
  const older = code === 'invalid_device_token' ? [] : refused.filter((purpose) => had.includes(purpose));
  core.keepOnly((purpose) => !refused.includes(purpose) || older.includes(purpose) || core.isWaiting('cookies', purpose), true);
  void dropEndedOf(core, older, true);
}

/** What it does not allow beside what it took is no yes here, where nothing newer waits. */
function dropLeftOut(core: Core, answer: Answer): void {
  const refused = answersIn(answer).filter(({ code, allowed }) => code && !allowed).map(({ purpose }) => purpose);
  core.keepOnly((purpose) => !refused.includes(purpose) || core.isWaiting('cookies', purpose));
}

const MOVING = ['snapshot', 'holds', 'stands'];

/** What a visitor reads of a site: what is drawn from it stays as long as this does. */
const textsOf = (site?: Site): string => JSON.stringify(site, (key, value: unknown) => (MOVING.includes(key) ? undefined : value));

async function readAnew({ readSite, languages, site, takeSite, announce }: Core): Promise<void> {
  const known = site();
  const { body } = await readSite(`?lang=${languages()}`, { cache: 'no-cache' });
  const found = body as unknown as Site;
  if (known && textsOf(known) === textsOf(found)) known.notices = found.notices;
  else takeSite(found);
  announce();
}

let reading: Promise<void> | undefined;

/** A text that is out of use is not asked under again: what is in use is read, once for all that was said under it. */
function leaveText(core: Core, { body: { notice } }: Outgoing, answer: Answer): void {
  const { id = '', version } = (notice ?? {}) as { id?: string; version?: string };
  const isUnknown = [answer.body, ...answersIn(answer)].some(({ code }) => code === 'notice_unknown');
  if (!isUnknown || core.site()?.notices[id]?.version !== version) return;
  reading ??= readAnew(core).finally(() => (reading = undefined));
}

/** Says what becomes of a change that the ledger did not take as it was. A no that this key may not bring waits for one that may. */
export function refused(core: Core): Refused {
  return (item, answer) => {
    const again = toRepeat(core, item, answer);
    if (!again[0] && answer.body.code === 'purpose_not_allowed' && !item.body.decisions.some(isYes)) return 'kept';
    core.replace(item, again.map((one) => ({ ...part(item, [one]), redated: true })));
    const isOurs = item.what === 'cookies';
    if (isOurs) leaveText(core, item, answer);
    if (isTaken(answer)) {
      if (isOurs) dropLeftOut(core, answer);
      return 'sent';
    }
    if (again[0]) return 'gone';
    if (isOurs) dropRefused(core, item, answer);
    return 'rejected';
  };
}
