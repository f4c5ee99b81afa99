import type { NoticeName, Purpose, WholePerson } from '../ledger/ledger-types.js';
import type { PastEvent } from '../store/history.js';
import type { Identity } from '../store/sessions.js';
import type { Stopped } from '../acts/stopped.js';

/** One channel or partner that can be switched by itself. */
export interface Part {
  id: string;
  title: string;
  on: boolean;
}

export type Group = 'consent' | 'devices' | 'interest' | 'told';
export const GROUPS: readonly Group[] = ['consent', 'interest', 'devices', 'told'];

/** What a person wishes of something that he said yes to, as a form shows it. */
export interface Wishes {
  topics: Part[];
  frequencies: Part[];
  languages: boolean;
  language?: string;
  /** Of the channels that he said yes to, those that are to be used; empty where there is no choice. */
  channels: Part[];
  pausable: boolean;
  /** His own pause of this purpose. */
  pausedUntil?: string;
}

/** A "no" that is on its way to the ledger: to a whole purpose, or to some of its channels and partners. */
export interface WaitingNo {
  of: 'whole' | 'parts';
  parts: string[];
}

/** What stands above a choice, so that less is in force than was chosen. */
export type Above = { kind: 'restricted' | 'silenced' | 'unused' | 'held' } | { kind: 'paused'; until: string } | { kind: 'narrowed'; channels: string[] };

/** One purpose as a person sees it. `status`, `allowed` and the lists are what he chose; `above` is what holds it down. */
export interface Choice {
  purpose: Purpose;
  title: string;
  summary: string;
  group: Group;
  status: string;
  allowed: boolean;
  since?: string;
  validUntil?: string;
  /** The text under which the person decided; absent where no consent stands. */
  notice?: NoticeName;
  channels: Part[];
  partners: Part[];
  /** A "no" that is on its way to the ledger. */
  waiting?: WaitingNo;
  version: number;
  above?: Above;
  /** What he wishes of it; absent where nothing can be wished. */
  wishes?: Wishes;
  /** Systems that have stopped with it, as they say. */
  stopped: Stopped[];
}

/** The whole page of choices of one signed-in person. */
export interface View {
  identity: Identity;
  choices: Choice[];
  history: PastEvent[];
  /** Something happened before what `history` holds. */
  hasOlder: boolean;
  /** What he said about everything at once. */
  whole: WholePerson;
  /** The text that changes made on this page are bound to. */
  notice?: NoticeName;
  /** The ledger does not answer: what is shown is what the portal last heard. */
  stale: boolean;
  known: boolean;
}

/** Where a purpose stands on the page: by what one can do about it. */
export function groupOf({ choice, holder }: Pick<Purpose, 'choice' | 'holder'>): Group {
  if (choice === 'told') return 'told';
  if (choice === 'object-lift') return 'interest';
  return holder === 'device' ? 'devices' : 'consent';
}
