import type { HolderKind } from '#contracts';

export type Choice = 'grant-withdraw' | 'object-lift' | 'told';

/** `draft`: written down, not in use yet. `archived`: nothing new is given, what stands may be withdrawn. */
export type PurposeState = 'draft' | 'active' | 'archived';

/** What `decide` needs to know of a purpose; the catalogue's purpose has all of it and more. */
export interface PurposeRule {
  id: string;
  holder: Exclude<HolderKind, 'ledger'>;
  controller: string;
  basis: string;
  choice: Choice;
  doubleOptIn?: boolean;
  channels?: string[];
  partners?: boolean;
  /** A consent ends this many calendar months after it was given; absent: it does not end by itself. */
  validMonths?: number;
  /** Absent: active. */
  state?: PurposeState;
}

/** Whether processing is allowed before the person has said anything: the catalogue's answer where no state stands. A draft allows nothing. */
export const allowedByDefault = (purpose: PurposeRule): boolean => purpose.choice !== 'grant-withdraw' && purpose.state !== 'draft';
