import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { subjectOf, type ConsentsBody, type ConsentState, type Decision, type NoticeName, type Subject } from '../ledger/ledger-types.js';
import type { Words } from '../ledger/words.js';
import type { Session, Sessions } from '../store/sessions.js';
import { ownerOf, type WaitingRoom } from '../store/waiting.js';
import { isNo, planChange, type Press } from './plan-change.js';
import { PORTAL_NOTICE } from './read-view.js';
import type { SendWaiting } from './send-waiting.js';
import { chosenOf } from './wishes.js';

export interface ChangeParts {
  ledger: Ledger;
  words: Words;
  sessions: Sessions;
  waiting: WaitingRoom;
  sender: SendWaiting;
}

/** A press, the key of the action, and the text that stood on the page. */
export interface Change extends Press {
  key: string;
  notice?: NoticeName;
}

/**
 * `saved`: the ledger has it. `waiting`: a "no" that is kept and sent again until it is taken. `failed`: a "yes" that was
 * not saved, since an old yes must never arrive after a newer no. `refused`: the ledger took it for impossible.
 */
export type ChangeOutcome = { result: 'saved' | 'waiting' | 'failed' } | { result: 'refused'; code: string };

const CAPTURE = { context: PORTAL_NOTICE, method: 'switch', point: 'portal-preferences' };

const subjectFor = (session: Session): Subject => (session.person === undefined ? subjectOf(session.identity) : { person: session.person });

async function currentState({ ledger }: ChangeParts, session: Session, purpose: string): Promise<ConsentState | undefined> {
  if (session.person === undefined) return undefined;
  const state = (await ledger.consents(session.person)).find((one) => one.purpose === purpose);
  return state && chosenOf(state);
}

function outcomeOf(error: unknown, silent: 'waiting' | 'failed'): ChangeOutcome {
  if (error instanceof LedgerSilent) return { result: silent };
  if (error instanceof LedgerRefused) return { result: 'refused', code: error.code };
  throw error;
}

/** Kept first, then sent: from the moment of the press a "no" cannot be lost. */
async function sayNo(parts: ChangeParts, session: Session, body: ConsentsBody, key: string): Promise<ChangeOutcome> {
  const [decision] = body.decisions;
  const waiting = { key, owner: ownerOf(session.identity), purpose: decision?.purpose ?? '', body };
  await parts.waiting.keep(waiting);
  try {
    const person = await parts.ledger.change(body, key);
    await parts.waiting.done(key);
    await parts.sessions.learn(session, person);
    return { result: 'saved' };
  } catch (error) {
    if (error instanceof LedgerRefused) await parts.waiting.done(key);
    else parts.sender.wake();
    return outcomeOf(error, 'waiting');
  }
}

/** A "yes" goes after every "no" that still waits, or not at all. */
async function sayYes(parts: ChangeParts, session: Session, body: ConsentsBody, key: string): Promise<ChangeOutcome> {
  try {
    await parts.sender.sendAllOf(ownerOf(session.identity));
    await parts.sessions.learn(session, await parts.ledger.change(body, key));
    return { result: 'saved' };
  } catch (error) {
    return outcomeOf(error, 'failed');
  }
}

async function decide(parts: ChangeParts, session: Session, change: Change): Promise<Decision | ChangeOutcome> {
  const purpose = (await parts.words.purposes()).find(({ id }) => id === change.purpose);
  if (!purpose) return { result: 'refused', code: 'purpose_unknown' };
  if (change.turn === 'off') return planChange(purpose, change, undefined);
  return currentState(parts, session, change.purpose).then(
    (state) => planChange(purpose, change, state),
    (error: unknown) => outcomeOf(error, 'failed'),
  );
}

/** Carries out what was pressed. Throws `NotSwitchable`; otherwise the outcome says what became of it. */
export async function changeChoice(parts: ChangeParts, session: Session, change: Change): Promise<ChangeOutcome> {
  const decision = await decide(parts, session, change);
  if ('result' in decision) return decision;
  const body: ConsentsBody = { subject: subjectFor(session), decisions: [decision], notice: change.notice, capture: CAPTURE };
  const key = [change.key, change.purpose, change.turn, change.channel ?? '', change.partner ?? ''].join(':');
  return isNo(decision) ? sayNo(parts, session, body, key) : sayYes(parts, session, body, key);
}
