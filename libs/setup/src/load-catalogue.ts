import type { Pool } from 'pg';
import { catalogueHash, definitionOf, noticeHash, type Catalogue, type Notice, type Purpose } from '#catalogue';
import { LEDGER_PERSON } from '#contracts';
import type { Draft } from '#consent';
import { Ledger, type Entry, type LedgerOptions, uuidv7 } from '#ledger';
import { canonicalText } from '#proof';

export interface LoadedCatalogue {
  sha256: string;
  /** False where this very catalogue was in force already. */
  changed: boolean;
  newNotices: number;
}

/** The texts of a version that people consented to never change: a new text is a new version. */
export class NoticeChanged extends Error {}

interface Known {
  id: string;
  version: string;
  locale: string;
  sha256: string;
}

const nameOf = ({ id, version, locale }: Omit<Known, 'sha256'>): string => `${id} ${version} (${locale})`;

async function knownNotices(pool: Pool, ledger: number): Promise<Map<string, string>> {
  const { rows } = await pool.query<Known>('SELECT id, version, locale, sha256 FROM notices WHERE ledger = $1', [ledger]);
  return new Map(rows.map((row) => [nameOf(row), row.sha256]));
}

function newNoticesOf(catalogue: Catalogue, known: Map<string, string>): Notice[] {
  return catalogue.notices.filter(({ document }) => {
    const standing = known.get(nameOf(document));
    if (standing === undefined) return true;
    if (standing === noticeHash(document)) return false;
    throw new NoticeChanged(`the notice ${nameOf(document)} was loaded with another text before: give the new text a new version`);
  });
}

const entry = (type: Draft['type'], fact: Record<string, unknown>, occurredAt: string): Entry => ({
  purpose: '~ledger',
  draft: { type, occurredAt, fact, after: {} },
});

function published(notices: Notice[], at: string): Entry[] {
  const versions = new Map(notices.map(({ document }) => [`${document.id} ${document.version}`, document]));
  return [...versions.values()].map(({ id, version, validFrom }) => entry('notice-published', { id, version, change: 'material', from: validFrom }, at));
}

async function storePurposes(pool: Pool, ledger: number, purposes: Purpose[]): Promise<void> {
  for (const purpose of purposes) {
    const values = [ledger, definitionOf(purpose), purpose.id, canonicalText(purpose)];
    await pool.query('INSERT INTO purposes (ledger, definition, id, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', values);
  }
}

async function storeNotices(pool: Pool, ledger: number, notices: Notice[]): Promise<void> {
  for (const { document, basedOn } of notices) {
    const values = [ledger, document.id, document.version, document.locale, noticeHash(document), canonicalText(document), JSON.stringify(basedOn)];
    await pool.query(
      `INSERT INTO notices (ledger, id, version, locale, sha256, document, based_on) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT DO NOTHING`,
      values,
    );
  }
}

async function storeCatalogue(pool: Pool, ledger: number, sha256: string, catalogue: Catalogue): Promise<void> {
  const definitions = catalogue.purposes.map((purpose) => ({ ...purpose, definition: definitionOf(purpose) }));
  const { notices: _texts, ...rest } = catalogue;
  await pool.query(
    `INSERT INTO catalogues (ledger, number, sha256, body)
     SELECT $1, coalesce(max(number), 0) + 1, $2, $3 FROM catalogues WHERE ledger = $1`,
    [ledger, sha256, JSON.stringify({ ...rest, definitions })],
  );
}

/** Writes `catalogue-changed` and `notice-published` under the ledger's own stream. */
async function record(options: LedgerOptions, sha256: string, notices: Notice[]): Promise<void> {
  const ledger = new Ledger(options);
  await ledger.append({
    request: uuidv7(),
    units: [
      {
        holder: { person: LEDGER_PERSON, kind: 'ledger' },
        purposes: [],
        facts: ['~ledger'],
        actor: { kind: 'ledger', id: 'catalogue-load' },
        evidence: {},
        decide: ({ recordedAt }) => [entry('catalogue-changed', { sha256 }, recordedAt), ...published(notices, recordedAt)],
      },
    ],
    answer: () => undefined,
  });
  await ledger.close();
}

/**
 * Loads a catalogue: idempotent, and refused as a whole when a notice has another text than was loaded under its version.
 * A definition or notice that was ever loaded is kept. The pool needs the right to write the catalogue's tables.
 */
export async function loadCatalogueInto(options: LedgerOptions, catalogue: Catalogue): Promise<LoadedCatalogue> {
  const { pool, ledger } = options;
  const sha256 = catalogueHash(catalogue);
  const fresh = newNoticesOf(catalogue, await knownNotices(pool, ledger));
  const newest = await pool.query<{ sha256: string }>('SELECT sha256 FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1', [ledger]);
  if (newest.rows[0]?.sha256 === sha256) return { sha256, changed: false, newNotices: 0 };
  await record(options, sha256, fresh);
  await storePurposes(pool, ledger, catalogue.purposes);
  await storeNotices(pool, ledger, fresh);
  await storeCatalogue(pool, ledger, sha256, catalogue);
  return { sha256, changed: true, newNotices: fresh.length };
}
