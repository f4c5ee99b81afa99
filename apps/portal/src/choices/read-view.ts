import type { Pool } from 'pg';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import { subjectOf, type ConsentState, type Purpose } from '../ledger/ledger-types.js';
import type { Words } from '../ledger/words.js';
import type { Locale } from '../language/locale.js';
import { readHistory } from '../store/history.js';
import { readKnownState } from '../store/known-state.js';
import type { Session, Sessions } from '../store/sessions.js';
import { ownerOf, type WaitingRoom } from '../store/waiting.js';
import { groupOf, type Choice, type Part, type View } from './view.js';

/** Several people are known under what was typed: the portal cannot tell which of them is here. */
export class Ambiguous extends Error {}

/** The ledger is silent, and the portal has heard nothing about this person yet: there is nothing true to show. */
export class NothingKnown extends Error {}

export interface ViewParts {
  pool: Pool;
  ledger: Ledger;
  words: Words;
  sessions: Sessions;
  waiting: WaitingRoom;
}

const HISTORY_LENGTH = 50;
export const PORTAL_NOTICE = 'portal-login';

interface Found {
  states: ConsentState[];
  stale: boolean;
}

async function askLedger({ ledger, sessions }: ViewParts, session: Session): Promise<Found> {
  const person = await ledger.lookUp(subjectOf(session.identity));
  await sessions.learn(session, person);
  return { states: person === undefined ? [] : await ledger.consents(person), stale: false };
}

/** The states from the ledger; what Kafka brought last where the ledger is silent. */
async function statesOf(parts: ViewParts, session: Session): Promise<Found> {
  try {
    return await askLedger(parts, session);
  } catch (error) {
    if (error instanceof LedgerRefused && error.code === 'subject_ambiguous') throw new Ambiguous();
    if (!(error instanceof LedgerSilent)) throw error;
    if (session.person === undefined) throw new NothingKnown();
    return { states: await readKnownState(parts.pool, session.person), stale: true };
  }
}

function partsOf(all: string[], on: string[], title: (id: string) => string): Part[] {
  const ids = [...new Set([...all, ...on])];
  return ids.map((id) => ({ id, title: title(id), on: on.includes(id) }));
}

const unspoken = ({ id, choice }: Purpose): ConsentState => ({ purpose: id, status: 'unknown', allowed: choice !== 'grant-withdraw', version: 0 });

/** One purpose in words; a "no" that waits is shown as said. */
function choiceOf(purpose: Purpose, state: ConsentState, waiting: boolean, words: Words, locale: Locale): Choice {
  const texts = purpose.texts?.[locale] ?? purpose.texts?.sv;
  const { status, since, validUntil, notice, version } = state;
  const partnerNames = new Map(words.partners().map(({ id, name }) => [id, name]));
  const channels = (purpose.channels ?? []).length > 1 ? partsOf(purpose.channels ?? [], state.channels ?? [], (id) => words.channel(id, locale)) : [];
  const partners = purpose.partners ? partsOf([...partnerNames.keys()], state.partners ?? [], (id) => partnerNames.get(id) ?? id) : [];
  return {
    purpose,
    title: texts?.title ?? purpose.id,
    summary: texts?.summary ?? '',
    group: groupOf(purpose),
    allowed: state.allowed,
    status, since, validUntil, notice, version, channels, partners, waiting,
  };
}

/** Everything that a signed-in person sees. Throws `Ambiguous` or `NothingKnown` where there is nothing to show. */
export async function readView(parts: ViewParts, session: Session, locale: Locale): Promise<View> {
  const { pool, words, waiting } = parts;
  const [{ states, stale }, purposes, notice, kept] = await Promise.all([
    statesOf(parts, session),
    words.purposes(),
    words.notice(PORTAL_NOTICE, locale),
    waiting.of(ownerOf(session.identity)),
  ]);
  const byPurpose = new Map(states.map((state) => [state.purpose, state]));
  const isWaiting = new Set(kept.map(({ purpose }) => purpose));
  return {
    identity: session.identity,
    choices: purposes.map((purpose) => choiceOf(purpose, byPurpose.get(purpose.id) ?? unspoken(purpose), isWaiting.has(purpose.id), words, locale)),
    history: session.person === undefined ? [] : await readHistory(pool, session.person, HISTORY_LENGTH),
    notice: notice && { id: notice.id, version: notice.version, locale: notice.locale },
    stale,
    known: session.person !== undefined,
  };
}
