import type { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import type { Consumer } from '#consumer';
import type { Locale } from '#languages';
import type { AwaitActs } from '../acts/await-acts.js';
import { stoppedOf, unheard } from '../acts/stopped.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import type { Ledger } from '../ledger/ledger.js';
import type { ConsentState, Decision, Purpose, WholePerson } from '../ledger/ledger-types.js';
import { lookUp } from '../ledger/look-up.js';
import type { Words } from '../ledger/words.js';
import { readHistory } from '../store/history.js';
import { readKnownState } from '../store/known-state.js';
import type { Session, Sessions } from '../store/sessions.js';
import { ownerOf, type WaitingRoom } from '../store/waiting.js';
import { groupOf, type Choice, type Part, type View, type WaitingNo } from './view.js';
import { waitingNo } from './waiting-no.js';
import { aboveOf, chosenOf, heldDown, wishesOf } from './wishes.js';

/** Several people are known under what was typed: the portal cannot tell which of them is here. */
export class Ambiguous extends Error {}

/** The ledger is silent, and the portal has heard nothing about this person yet: there is nothing true to show. */
export class NothingKnown extends Error {}

export interface ViewParts {
  pool: Pool;
  ledger: Ledger;
  words: Words;
  sessions: Sessions;
  acts: AwaitActs;
  waiting: WaitingRoom;
  consumer: Pick<Consumer, 'health'>;
  /** What the ledger answered last, by person. */
  lastHeard: LRUCache<string, ConsentState[]>;
}

/** Events on the page of choices; those before them have pages of their own. */
export const HISTORY_LENGTH = 50;
export const PORTAL_NOTICE = 'portal-login';

interface Found {
  states: ConsentState[];
  whole?: WholePerson;
  stale: boolean;
}

async function askLedger(parts: ViewParts, session: Session): Promise<Found> {
  const { ledger, lastHeard } = parts;
  const person = await lookUp(parts, session);
  if (person === undefined) return { states: [], stale: false };
  const { consents: states, whole } = await ledger.standing(person);
  lastHeard.set(person, states);
  return { states, whole, stale: false };
}

/** What Kafka brought, as far as the portal follows it; else the ledger's own last answer; never a guess. */
async function lastKnown({ pool, consumer, lastHeard }: ViewParts, person: string | undefined): Promise<ConsentState[]> {
  if (person !== undefined && consumer.health().informed) return readKnownState(pool, person);
  const heard = person === undefined ? undefined : lastHeard.get(person);
  if (!heard) throw new NothingKnown();
  return heard;
}

/** The states from the ledger; the last that is known where it is silent. */
async function statesOf(parts: ViewParts, session: Session): Promise<Found> {
  try {
    return await askLedger(parts, session);
  } catch (error) {
    if (error instanceof LedgerRefused && error.code === 'subject_ambiguous') throw new Ambiguous();
    if (!(error instanceof LedgerSilent)) throw error;
    return { states: await lastKnown(parts, session.person), stale: true };
  }
}

function partsOf(all: string[], on: string[] = [], title: (id: string) => string = (id) => id): Part[] {
  const ids = [...new Set([...all, ...on])];
  return ids.map((id) => ({ id, title: title(id), on: on.includes(id) }));
}

/** A purpose with one channel has one switch; with several, each has its own. */
function channelsOf({ channels = [] }: Purpose, state: ConsentState, words: Words, locale: Locale): Part[] {
  return channels.length > 1 ? partsOf(channels, state.channels, (id) => words.channel(id, locale)) : [];
}

function partnersOf({ partners }: Purpose, state: ConsentState, words: Words): Part[] {
  if (!partners) return [];
  const names = new Map(words.partners().map(({ id, name }) => [id, name]));
  return partsOf([...names.keys()], state.partners, (id) => names.get(id) ?? id);
}

const unspoken = ({ id, choice }: Purpose): ConsentState => ({ purpose: id, status: 'unknown', allowed: choice !== 'grant-withdraw', version: 0 });

/** What is known beside the state of a purpose: the decisions that wait, and what stands above every choice; while the ledger is silent nobody knows that. */
interface Beside {
  decisions: readonly Decision[];
  whole?: WholePerson;
}

/** As they stand once a "no" that waits has arrived. */
const withoutNo = (parts: Part[], waiting: WaitingNo | undefined): Part[] =>
  waiting ? parts.map((part) => ({ ...part, on: part.on && waiting.of === 'parts' && !waiting.parts.includes(part.id) })) : parts;

/** One purpose in words; a "no" that waits is shown as said. */
function choiceOf(purpose: Purpose, known: ConsentState, { decisions, whole }: Beside, words: Words, locale: Locale): Omit<Choice, 'stopped'> {
  const state = whole ? known : heldDown(purpose, known, new Date().toISOString());
  const { title, summary } = purpose.texts?.[locale] ?? { title: purpose.id, summary: '' };
  const titleOf = (channel: string): string => words.channel(channel, locale);
  const chosen = chosenOf(state);
  const { status, allowed, since, validUntil, notice, version } = chosen;
  const waiting = waitingNo(decisions, chosen);
  return {
    purpose, title, summary, status, allowed, since, validUntil, notice, version, waiting,
    group: groupOf(purpose),
    // Of what is held down nobody knows the parts: then all of it can be taken back, and none.
    channels: state === known ? withoutNo(channelsOf(purpose, chosen, words, locale), waiting) : [],
    partners: state === known ? withoutNo(partnersOf(purpose, chosen, words), waiting) : [],
    above: aboveOf(purpose, state, whole, titleOf),
    wishes: wishesOf(purpose, state, { locale, titleOf }),
  };
}

/** Everything that a signed-in person sees. Throws `Ambiguous` or `NothingKnown` where there is nothing to show. */
export async function readView(parts: ViewParts, session: Session, locale: Locale): Promise<View> {
  const { pool, words, waiting } = parts;
  const [{ states, stale, whole = {} }, purposes, notice, kept] = await Promise.all([
    statesOf(parts, session),
    words.purposes(),
    words.notice(PORTAL_NOTICE, locale),
    waiting.of(ownerOf(session.identity)),
  ]);
  const history = session.person === undefined ? [] : await readHistory(pool, session.person, HISTORY_LENGTH + 1);
  if (session.person !== undefined) for (const event of unheard(history, new Date())) parts.acts.follow(session.person, event);
  const byPurpose = new Map(states.map((state) => [state.purpose, state]));
  const decisions = kept.flatMap(({ body }) => body.decisions);
  return {
    identity: session.identity,
    choices: purposes.map((purpose) => ({ ...choiceOf(purpose, byPurpose.get(purpose.id) ?? unspoken(purpose), { decisions, whole: stale ? undefined : whole }, words, locale), stopped: stoppedOf(history, purpose.id) })),
    history: history.slice(0, HISTORY_LENGTH),
    hasOlder: history.length > HISTORY_LENGTH,
    whole,
    notice: notice && { id: notice.id, version: notice.version, locale: notice.locale },
    stale,
    known: session.person !== undefined,
  };
}
