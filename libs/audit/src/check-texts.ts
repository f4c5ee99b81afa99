import type { Pool } from 'pg';
import { LEDGER_PERSON, LEDGER_PURPOSE } from '#contracts';
import { isTextOf, isNoticeWhole, isPurposeWhole, type KeptNotice } from '#ledger';
import { membersOf } from './event-bytes.js';
import type { Problem } from './problem.js';

const NOTICES = 'SELECT id, version, locale, sha256, document FROM notices WHERE ledger = $1 ORDER BY id, version, locale';
const PURPOSES = 'SELECT id, definition, body FROM purposes WHERE ledger = $1 ORDER BY id, definition';
const CATALOGUES = 'SELECT number, sha256, body FROM catalogues WHERE ledger = $1 ORDER BY number';
const LOADED = `SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = 'catalogue-changed'`;

interface CatalogueRow {
  number: number;
  sha256: string;
  body: string;
}

/** Hashes of the catalogues that the ledger recorded as loaded; an event whose bytes were damaged names none. */
async function recordedIn(pool: Pool, ledger: number): Promise<Set<unknown>> {
  const { rows } = await pool.query<{ bytes: Buffer }>(LOADED, [ledger, LEDGER_PERSON, LEDGER_PURPOSE]);
  return new Set(rows.map(({ bytes }) => (membersOf(bytes.toString('utf8'))?.fact as Record<string, unknown> | undefined)?.sha256));
}

function definitionsIn(body: string): { id: string; definition: string }[] | undefined {
  try {
    return (JSON.parse(body) as { definitions: { id: string; definition: string }[] }).definitions;
  } catch {
    return undefined;
  }
}

function aboutCatalogue({ number, sha256, body }: CatalogueRow, recorded: ReadonlySet<unknown>): Problem[] {
  const wrong = definitionsIn(body)?.filter((one) => !isPurposeWhole(one)).map(({ id }): Problem => ({ purpose: id, text: `the catalogue ${number} holds another meaning of it than was hashed (table catalogues)` }))
    ?? [{ text: `the catalogue ${number} cannot be read: its text was damaged (table catalogues)` }];
  return recorded.has(sha256) ? wrong : [...wrong, { text: `the catalogue ${number} was never recorded as loaded (table catalogues)` }];
}

/** Holds every text that people were shown, and every meaning of a purpose, against its hash. */
export async function checkTexts(pool: Pool, ledger: number): Promise<Problem[]> {
  const notices = await pool.query<KeptNotice>(NOTICES, [ledger]);
  const purposes = await pool.query<{ id: string; definition: string; body: string }>(PURPOSES, [ledger]);
  const catalogues = await pool.query<CatalogueRow>(CATALOGUES, [ledger]);
  const recorded = await recordedIn(pool, ledger);
  return [
    ...notices.rows.filter((row) => !isNoticeWhole(row)).map(({ id, version, locale }): Problem => ({ text: `the notice ${id} ${version} (${locale}) is not the text that was hashed (table notices)` })),
    ...purposes.rows.filter(({ definition, body }) => !isTextOf(definition, body)).map(({ id, definition }): Problem => ({ purpose: id, text: `its definition ${definition} is not what was hashed (table purposes)` })),
    ...catalogues.rows.flatMap((row) => aboutCatalogue(row, recorded)),
  ];
}
