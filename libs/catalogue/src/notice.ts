/**
 * What a person is shown, as it is hashed: the notice hash is the SHA-256 of the RFC 8785 bytes of exactly these
 * members (format 1). `body` is plain text in NFC with LF line ends: paragraphs and lists as `blocksOf` reads them.
 */
export interface NoticeDocument {
  format: 1;
  id: string;
  version: string;
  locale: string;
  controller: string;
  title: string;
  body: string;
  /** The purposes that the text explains, sorted by id, each with the definition that it had. */
  purposes: { id: string; definition: string }[];
  /** UTC with six decimals and `Z`. */
  validFrom: string;
}

/** Where a text comes from, and in what relation it stands to that document. Not part of the hash. */
export interface BasedOn {
  document: string;
  version: string;
  /** Year and month, or full date. */
  date: string;
  /** In the notice's language. */
  note: string;
}

/**
 * What a version changes for those who consented under an older one: `editorial` nothing, `material` ends these consents from
 * the effect date on.
 */
export type NoticeChange = 'editorial' | 'material';

/** A notice, its origin, and what it changes: the latter two are no part of the hash. */
export interface Notice {
  document: NoticeDocument;
  basedOn: BasedOn;
  /** Needed from the second version on. */
  change?: NoticeChange;
  /** The effect date of a material change (UTC, six decimals, `Z`); absent: `validFrom`. Until then people can be asked again. */
  from?: string;
  /** Written down, not published yet: its text may still change. Absent: active. */
  state?: 'draft';
}
