import type { Pool } from 'pg';
import { isTextOf, isNoticeWhole, isPurposeWhole, type KeptNotice } from '#ledger';
import type { Problem } from './problem.js';

const NOTICES = 'SELECT id, version, locale, sha256, document FROM notices WHERE ledger = $1 ORDER BY id, version, locale';
const PURPOSES = 'SELECT id, definition, body FROM purposes WHERE ledger = $1 ORDER BY id, definition';
const CATALOGUES = `
SELECT number, body, EXISTS (
  SELECT FROM events e WHERE e.ledger = $1 AND e.person = '00000000-0000-0000-0000-000000000000' AND e.purpose = '~ledger' AND e.type = 'catalogue-changed'
    AND convert_from(e.bytes, 'UTF8')::json -> 'fact' ->> 'sha256' = c.sha256) AS recorded
FROM catalogues c WHERE c.ledger = $1 ORDER BY number`;

interface CatalogueRow {
  number: number;
  body: string;
  recorded: boolean;
}

function aboutCatalogue({ number, body, recorded }: CatalogueRow): Problem[] {
  const { definitions } = JSON.parse(body) as { definitions: { id: string; definition: string }[] };
  const wrong = definitions.filter((one) => !isPurposeWhole(one)).map(({ id }): Problem => ({ purpose: id, text: `the catalogue ${number} holds another meaning of it than was hashed (table catalogues)` }));
  return recorded ? wrong : [...wrong, { text: `the catalogue ${number} was never recorded as loaded (table catalogues)` }];
}

/** Holds every text that people were shown, and every meaning of a purpose, against its hash. */
export async function checkTexts(pool: Pool, ledger: number): Promise<Problem[]> {
  const notices = await pool.query<KeptNotice>(NOTICES, [ledger]);
  const purposes = await pool.query<{ id: string; definition: string; body: string }>(PURPOSES, [ledger]);
  const catalogues = await pool.query<CatalogueRow>(CATALOGUES, [ledger]);
  return [
    ...notices.rows.filter((row) => !isNoticeWhole(row)).map(({ id, version, locale }): Problem => ({ text: `the notice ${id} ${version} (${locale}) is not the text that was hashed (table notices)` })),
    ...purposes.rows.filter(({ definition, body }) => !isTextOf(definition, body)).map(({ id, definition }): Problem => ({ purpose: id, text: `its definition ${definition} is not what was hashed (table purposes)` })),
    ...catalogues.rows.flatMap(aboutCatalogue),
  ];
}
