import { isDeepStrictEqual } from 'node:util';
import type { InTurn } from '#turns';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { subjectOf, type ConsentsBody, type ConsentState, type Decision, type Evidence, type NoticeName, type Purpose, type Subject } from '../ledger/ledger-types.js';
import { lookUp } from '../ledger/look-up.js';
import type { Words } from '../ledger/words.js';
import type { Session, Sessions } from '../store/sessions.js';
import { ownerOf, turnOf, type WaitingRoom } from '../store/waiting.js';
import { NotSwitchable, planChange, type Press } from './plan-change.js';
import { PORTAL_NOTICE } from './read-view.js';
import type { SendWaiting } from './send-waiting.js';
import { chosenOf } from './wishes.js';

export interface ChangeParts {
  ledger: Ledger;
  words: Words;
  sessions: Sessions;
  waiting: WaitingRoom;
  sender: SendWaiting;
  turns: InTurn;
}

/** A press, the key of the action, and the text that stood on the page. */
export interface Change extends Press {
  key: string;
  notice?: NoticeName;
}

/**
 * `saved`: the ledger has it. `waiting`: a "no" that is kept and sent again until it is taken. `failed`: a "yes" of which it is not known
 * whether the ledger has it, and which is not sent again, since an old yes must never arrive after a newer no. `refused`: the ledger took
 * it for impossible.
 */
export type ChangeOutcome = { result: 'saved' | 'waiting' | 'failed' } | { result: 'refused'; code: string };

const MOST_TRIES = 5;
const CAPTURE = { context: PORTAL_NOTICE, method: 'switch', point: 'portal-preferences' };

/** What is to be decided, from where, and the key under which it counts once. */
interface Wanted {
  decision: Decision;
  change: Change;
  evidence: Evidence;
  key: string;
}

const subjectFor = (session: Session): Subject => (session.person === undefined ? subjectOf(session.identity) : { person: session.person });
const bodyOf = (session: Session, decision: Decision, { notice }: Change): ConsentsBody => ({ subject: subjectFor(session), decisions: [decision], notice, capture: CAPTURE });

async function currentState(parts: ChangeParts, session: Session, purpose: string): Promise<ConsentState | undefined> {
  const person = await lookUp(parts, session);
  if (person === undefined) return undefined;
  const state = (await parts.ledger.consents(person)).find((one) => one.purpose === purpose);
  return state && chosenOf(state);
}

function outcomeOf(error: unknown, silent: 'waiting' | 'failed'): ChangeOutcome {
  if (error instanceof LedgerSilent) return { result: silent };
  if (error instanceof LedgerRefused) return { result: 'refused', code: error.code };
  throw error;
}

/** Whether it is clear who says "no"; where several people may be meant it is told by what he signed in by, and taken for each. */
async function whoSaysNo(parts: ChangeParts, session: Session): Promise<'clear' | 'unclear' | 'silent'> {
  try {
    await lookUp(parts, session);
    return 'clear';
  } catch (error) {
    if (error instanceof LedgerSilent) return 'silent';
    if (error instanceof LedgerRefused) return 'unclear';
    throw error;
  }
}

/**
 * Kept first, for the person who was last known, so that a "no" cannot be lost; under a key of its own where it turns out that
 * he is somebody else by now. Tells under which key, and whether the ledger can be asked.
 */
async function keepNo(parts: ChangeParts, session: Session, { decision, change, evidence, key }: Wanted): Promise<{ key: string; body: ConsentsBody; who: 'clear' | 'unclear' | 'silent' }> {
  const keep = (kept: string, body: ConsentsBody): Promise<void> => parts.waiting.keep({ key: kept, owner: ownerOf(session.identity), purpose: decision.purpose, body, evidence });
  const known = subjectFor(session);
  await keep(key, bodyOf(session, decision, change));
  const who = await whoSaysNo(parts, session);
  const body = bodyOf(session, decision, change);
  if (isDeepStrictEqual(body.subject, known)) return { key, body, who };
  const other = `${key}:moved`;
  await keep(other, body);
  await parts.waiting.done(key);
  return { key: other, body, who };
}

/** Kept, then sent; while the ledger is silent it waits. */
async function sayNo(parts: ChangeParts, session: Session, wanted: Wanted): Promise<ChangeOutcome> {
  const { key, body, who } = await keepNo(parts, session, wanted);
  if (who === 'silent') {
    parts.sender.wake();
    return { result: 'waiting' };
  }
  return parts.turns.run(turnOf(ownerOf(session.identity)), () => sendNo(parts, session, { ...wanted, key }, { body, isClear: who === 'clear' }));
}

async function sendNo(parts: ChangeParts, session: Session, { key, evidence }: Wanted, { body, isClear }: { body: ConsentsBody; isClear: boolean }): Promise<ChangeOutcome> {
  try {
    const person = await parts.ledger.change(body, key, evidence);
    await parts.waiting.done(key);
    if (isClear) await parts.sessions.learn(session, person);
    return { result: 'saved' };
  } catch (error) {
    if (error instanceof LedgerRefused) await parts.waiting.done(key);
    else parts.sender.wake();
    return outcomeOf(error, 'waiting');
  }
}

async function sayYes(parts: ChangeParts, session: Session, { decision, change, evidence, key }: Wanted): Promise<ChangeOutcome> {
  try {
    await parts.sessions.learn(session, await parts.ledger.change(bodyOf(session, decision, change), key, evidence));
    return { result: 'saved' };
  } catch (error) {
    return outcomeOf(error, 'failed');
  }
}

/** What a "yes" means goes by what holds, and that by every "no" that still waits: it goes after them, or not at all. It counts only on what it was read from. */
async function decideYes(parts: ChangeParts, session: Session, purpose: Purpose, change: Change): Promise<Decision | ChangeOutcome> {
  try {
    await parts.sender.sendAllOf(ownerOf(session.identity));
    const state = await currentState(parts, session, purpose.id);
    return { ...planChange(purpose, change, state), ifVersion: state?.version ?? 0 };
  } catch (error) {
    if (error instanceof NotSwitchable) throw error;
    return outcomeOf(error, 'failed');
  }
}

/** Decided again where something else of this person came between, from another sign-in or another place: what that took away is not given back. */
async function decideUntilItCounts(parts: ChangeParts, session: Session, purpose: Purpose, wanted: Omit<Wanted, 'decision'>): Promise<ChangeOutcome> {
  for (let tries = 1; ; tries += 1) {
    const decision = await decideYes(parts, session, purpose, wanted.change);
    if ('result' in decision) return decision;
    const outcome = await sayYes(parts, session, { ...wanted, decision });
    if (tries === MOST_TRIES || outcome.result !== 'refused' || outcome.code !== 'version_moved') return outcome;
  }
}

/**
 * Carries out what was pressed; of one sign-in a "yes" and a "no" one after the other, since the lists of a "yes" are complete. Throws
 * `NotSwitchable`; otherwise the outcome says what became of it.
 */
export async function changeChoice(parts: ChangeParts, session: Session, change: Change, evidence: Evidence): Promise<ChangeOutcome> {
  const purpose = (await parts.words.purposes()).find(({ id }) => id === change.purpose);
  if (!purpose) return { result: 'refused', code: 'purpose_unknown' };
  const key = [change.key, change.purpose, change.turn, change.channel ?? '', change.partner ?? ''].join(':');
  if (change.turn === 'off') return sayNo(parts, session, { decision: planChange(purpose, change, undefined), change, evidence, key });
  return parts.turns.run(turnOf(ownerOf(session.identity)), () => decideUntilItCounts(parts, session, purpose, { change, evidence, key }));
}
