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

/** A notice and its origin. */
export interface Notice {
  document: NoticeDocument;
  basedOn: BasedOn;
}
