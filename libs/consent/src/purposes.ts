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
  /** Partners that can be named, where the catalogue lists any. */
  knownPartners?: string[];
  /** An objection is weighed: a recorded compelling ground can override it (GDPR 21(1)). */
  weighed?: boolean;
  /** Direct marketing: nothing overrides an objection (GDPR 21(2) and (3)). */
  directMarketing?: boolean;
  basisNote?: string;
  /** Calendar months for which proof is kept after the last validity. */
  proofMonths?: number;
  /** A consent ends this many calendar months after it was given; absent: it does not end by itself. */
  validMonths?: number;
  /** Absent: active. */
  state?: PurposeState;
}

/** Whether processing is allowed before the person has said anything: the catalogue's answer where no state stands. A draft allows nothing. */
export const allowedByDefault = (purpose: PurposeRule): boolean => purpose.choice !== 'grant-withdraw' && purpose.state !== 'draft';

const VITAL_INTERESTS = 'eu-gdpr:A6-1-d';
const LEGAL_CLAIMS = 'no-objection-a21-1';

/** Legal claims and vital interests are served under a restriction too (GDPR 18(2)). */
export const survivesRestriction = ({ basis, basisNote }: PurposeRule): boolean => basis === VITAL_INTERESTS || basisNote === LEGAL_CLAIMS;
