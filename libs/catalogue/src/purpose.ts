/** What a person can do about a purpose. */
export type Choice = 'grant-withdraw' | 'object-lift' | 'told';

/** How long data is kept for a purpose, in codes of the catalogue's `retention` list. */
export interface Retention {
  until: string;
  /** Grounds for which data is kept beyond that. */
  longer?: string[];
}

/**
 * The meaning of one purpose. Its RFC 8785 bytes are hashed, and that hash, the definition, stands in every event: so a
 * purpose holds ids, codes and numbers only, absent members are left out, lists are sorted and without repeats, and any
 * change of it is another definition. Titles and descriptions stand beside it, in the catalogue's `texts`.
 */
export interface Purpose {
  id: string;
  /** The one controller, or joint set of controllers, that answers for it. */
  controller: string;
  /** Whose decision it is; a device's consent never becomes a person's. */
  holder: 'person' | 'device';
  /** The legal basis: a DPV code such as `eu-gdpr:A6-1-a`, or a local one with its own prefix. */
  basis: string;
  /** The basis where `basis` does not carry the case. */
  otherwiseBasis?: string;
  /** Local law that applies beside the basis, such as `se-lek:9-28`. */
  localBases?: string[];
  /** A code that narrows the basis down. */
  basisNote?: string;
  choice: Choice;
  /** A consent from an unproven address waits for its confirmation. */
  doubleOptIn?: true;
  /** An objection is weighed: a recorded compelling ground can override it. */
  weighed?: true;
  /** Direct marketing: nothing ever overrides an objection (GDPR 21(2) and (3)). */
  directMarketing?: true;
  /** The channels that can be switched one by one. */
  channels?: string[];
  /** Consent is given to each partner by name. */
  partners?: true;
  /** A consent ends this many calendar months after it was given; absent: it does not end by itself. */
  validMonths?: number;
  /** What the purpose is made up of, in codes. */
  covers?: string[];
  /** Ids of the data categories that are used. */
  categories?: string[];
  /** Ids of the recipients that get the data. */
  recipients?: string[];
  /** The countries where it applies (ISO 3166-1 alpha-2); absent: all. */
  countries?: string[];
  retention?: Retention;
  /** Calendar months for which proof is kept after the last validity. */
  proofMonths: number;
}

/** A notice by name: one version of one text, in every language of the catalogue. */
export interface NoticeName {
  id: string;
  version: string;
}

export const nameOf = ({ id, version }: NoticeName): string => `${id} ${version}`;
