import type { Group } from '../choices/view.js';

/** What is counted, for one and for any other number. */
export interface Counted {
  one: string;
  other: string;
}

/** Every sentence of the portal that does not come from the catalogue. `{name}` marks what is filled in. */
export interface Texts {
  title: string;
  skip: string;
  signedInAs: string;
  signOut: string;
  language: string;
  company: string;
  intro: { title: string; lead: string; on: string; off: string; live: string; offline: string; changeNotice: string };
  groups: Record<Group, { title: string; words: string }>;
  state: {
    on: string; off: string; onSince: string; offSince: string; requested: string; expired: string; objected: string; objectedSince: string;
    overridden: string; restricted: string; active: string; always: string; deviceDefault: string; deviceOff: string; waiting: string; waitingParts: string; until: string;
  };
  basis: { label: string; consent: string; contract: string; duty: string; vital: string; publicTask: string; interest: string };
  card: { readAbout: string; yourText: string; channels: string; partners: string; noPartners: string; directMarketing: string };
  act: { turn: string; allDevices: string; toWebsite: string };
  result: { saved: string; waiting: string; failed: string; refused: string; stale: string; unchosen: string; elsewhere: string };
  trouble: { staleTitle: string; staleWords: string; silentTitle: string; silentWords: string; again: string; ambiguousTitle: string; ambiguousWords: string };
  history: { title: string; words: string; none: string; receipt: string; receiptOf: string; newer: string; older: string };
  acts: { title: string; acted: string; parked: string; nothing: string; systems: Record<string, string> };
  past: Record<'granted' | 'withdrawn' | 'withdrawnPart' | 'refused' | 'requested' | 'lapsed' | 'objected' | 'lifted' | 'preferences' | 'paused' | 'resumed' | 'restricted' | 'unrestricted' | 'merged' | 'split' | 'linked' | 'identifiers' | 'right' | 'other', string>;
  because: Record<string, string>;
  signIn: { title: string; lead: string; mark: string; markWords: string; field: string; hint: string; button: string; wrong: string; off: string; offWords: string };
  notice: { back: string; version: string };
  missing: { title: string; words: string; home: string };
  /** What was refused, by why; nothing of it was done. */
  turnedDown: Record<'unreadable' | 'foreign' | 'impossible', { title: string; words: string }>;
  /** A fault of ours, or a ledger that is silent; then what was looked at, or pressed, and whether a fault was logged. */
  broken: { title: string; away: string; looked: string; pressed: string; noted: string };
}
