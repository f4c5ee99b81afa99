import type { NoticeName, Purpose } from '../ledger/ledger-types.js';
import type { PastEvent } from '../store/history.js';
import type { Identity } from '../store/sessions.js';

/** One channel or partner that can be switched by itself. */
export interface Part {
  id: string;
  title: string;
  on: boolean;
}

export type Group = 'consent' | 'devices' | 'interest' | 'told';
export const GROUPS: readonly Group[] = ['consent', 'interest', 'devices', 'told'];

/** One purpose as a person sees it. */
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
  /** A "no" is on its way to the ledger. */
  waiting: boolean;
  version: number;
}

/** The whole page of choices of one signed-in person. */
export interface View {
  identity: Identity;
  choices: Choice[];
  history: PastEvent[];
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
