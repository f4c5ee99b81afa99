import type { Pool } from 'pg';
import { definitionOf, noticeHash, type Catalogue, type Notice, type Purpose } from '#catalogue';
import { LEDGER_PERSON } from '#contracts';
import type { Draft } from '#consent';
import { Ledger, type Beside, type Entry, type LedgerOptions, uuidv7 } from '#ledger';
import { canonicalText } from '#proof';
import type { Renamed } from './renamed.js';
import { LEAD_MS, planCatalogue, type NewPublication } from './plan-catalogue.js';

export interface LoadedCatalogue {
  sha256: string;
  /** False where this very catalogue was in force already. */
  changed: boolean;
  newNotices: number;
  /** Those that it made, and those of loads before it that did not come to their end. */
  publications: NewPublication[];
  renamed: Renamed[];
}

const entry = (type: Draft['type'], fact: Record<string, unknown>, occurredAt: string): Entry => ({
  purpose: '~ledger',
  draft: { type, occurredAt, fact, after: {} },
});

const published = (publications: NewPublication[], at: string): Entry[] =>
  publications.map(({ id, version, change, from }) => entry('notice-published', { id, version, change, from }, at));

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

const ADD = `
INSERT INTO catalogues (ledger, number, sha256, body)
SELECT $1, coalesce(max(number), 0) + 1, $2, $3 FROM catalogues WHERE ledger = $1`;

function catalogueRow(ledger: number, sha256: string, catalogue: Catalogue): Beside {
  const definitions = catalogue.purposes.map((purpose) => ({ ...purpose, definition: definitionOf(purpose), state: catalogue.purposeStates?.[purpose.id] }));
  const { notices: _texts, ...rest } = catalogue;
  return async (client) => void (await client.query(ADD, [ledger, sha256, JSON.stringify({ ...rest, definitions })]));
}

/** Writes `catalogue-changed` and `notice-published` under the ledger's own stream, and the catalogue with them: it counts from that moment. */
async function record(options: LedgerOptions, catalogue: Catalogue, sha256: string, publications: NewPublication[]): Promise<void> {
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
        decide: ({ recordedAt }) => [entry('catalogue-changed', { sha256 }, recordedAt), ...published(publications, recordedAt)],
      },
    ],
    beside: catalogueRow(options.ledger, sha256, catalogue),
    answer: () => undefined,
  });
  await ledger.close();
}

/**
 * Loads a catalogue: idempotent, and refused as a whole (CatalogueRefused) when a notice has another text than was loaded under
 * its version, when a further version does not say what it changes, when a purpose that was in use is missing, or when one that is consented to would be
 * a draft. A definition or notice that was ever loaded is kept; drafts stay in the file. A material change counts
 * `leadMs` after its publication at the earliest. What is published has its text already, wherever a load breaks off; the next run finishes it,
 * and says what was published. Writes nothing where `mayWrite` throws. The pool needs the right to write the catalogue's tables.
 */
export async function loadCatalogueInto(options: LedgerOptions, catalogue: Catalogue, { leadMs = LEAD_MS } = {}): Promise<LoadedCatalogue> {
  const { pool, ledger } = options;
  const { sha256, changed, notices, publications, renamed } = await planCatalogue(pool, ledger, catalogue, { leadMs });
  if (!changed) return { sha256, changed, newNotices: 0, publications, renamed };
  await options.mayWrite?.();
  await storePurposes(pool, ledger, catalogue.purposes);
  await storeNotices(pool, ledger, notices);
  await record(options, catalogue, sha256, publications.filter(({ unfinished }) => !unfinished));
  return { sha256, changed, newNotices: notices.length, publications, renamed };
}
