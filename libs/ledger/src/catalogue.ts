import type { Pool } from 'pg';
import type { ShownNotice } from '#contracts';
import type { PurposeRule } from '#consent';

/** A purpose in force, with the hash of its meaning. */
export interface DefinedPurpose extends PurposeRule {
  definition: string;
}

export interface KnownNotice extends ShownNotice {
  title: string;
  body: string;
  /** Purposes that the text names: only they can be consented to under it. */
  purposes: Set<string>;
  basedOn: unknown;
}

/** What the ledger holds of the catalogue: the purposes in force, and every notice that was ever named. */
export interface CatalogueInForce {
  sha256: string;
  purposes: Map<string, DefinedPurpose>;
  notices: Map<string, KnownNotice>;
  contexts: Set<string>;
  /** The whole document, with texts; its shape is the catalogue's own. */
  document: unknown;
}

export const noticeKey = (id: string, version: string, locale: string): string => `${id}\n${version}\n${locale}`;

interface NoticeDocument {
  title: string;
  body: string;
  purposes: { id: string }[];
}

interface NoticeRow extends ShownNotice {
  document: string;
  based_on: string;
}

function knownNotice(row: NoticeRow): KnownNotice {
  const document = JSON.parse(row.document) as NoticeDocument;
  const { id, version, locale, sha256 } = row;
  const purposes = new Set(document.purposes.map((purpose) => purpose.id));
  return { id, version, locale, sha256, title: document.title, body: document.body, purposes, basedOn: JSON.parse(row.based_on) };
}

/** Reads the catalogue in force; undefined before one was loaded. */
export async function readCatalogue(pool: Pool, ledger: number): Promise<CatalogueInForce | undefined> {
  const newest = 'SELECT sha256, body FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1';
  const found = await pool.query<{ sha256: string; body: string }>(newest, [ledger]);
  const row = found.rows[0];
  if (!row) return undefined;
  const notices = await pool.query<NoticeRow>('SELECT id, version, locale, sha256, document, based_on FROM notices WHERE ledger = $1', [ledger]);
  const body = JSON.parse(row.body) as { contexts: { id: string }[]; definitions: DefinedPurpose[] };
  return {
    sha256: row.sha256,
    purposes: new Map(body.definitions.map((purpose) => [purpose.id, purpose])),
    notices: new Map(notices.rows.map((one) => [noticeKey(one.id, one.version, one.locale), knownNotice(one)])),
    contexts: new Set(body.contexts.map((context) => context.id)),
    document: body,
  };
}
