import { catalogueHash, type Catalogue } from '#catalogue';
import type { LedgerOptions } from '#ledger';
import { loadCatalogueInto } from './load-catalogue.js';

const NEWEST = `
SELECT c.sha256, s.sha256 IS NOT NULL AS shipped
FROM catalogues c LEFT JOIN shipped_catalogues s ON s.ledger = c.ledger AND s.sha256 = c.sha256
WHERE c.ledger = $1 ORDER BY c.number DESC LIMIT 1`;
const MARK = 'INSERT INTO shipped_catalogues (ledger, sha256) VALUES ($1, $2) ON CONFLICT DO NOTHING';

/** Whether the catalogue in force is an operator's own, and not this one. */
export async function isOwnCatalogue({ pool, ledger }: Pick<LedgerOptions, 'pool' | 'ledger'>, sha256: string): Promise<boolean> {
  const newest = (await pool.query<{ sha256: string; shipped: boolean }>(NEWEST, [ledger])).rows[0];
  return newest !== undefined && !newest.shipped && newest.sha256 !== sha256;
}

/** Loads the catalogue that comes with Samtycke where none is in force, or one that came with it: an operator's own stays. Throws, and writes nothing, where `mayWrite` does. */
export async function shipCatalogue(options: LedgerOptions, catalogue: Catalogue): Promise<void> {
  const { pool, ledger } = options;
  await options.mayWrite?.();
  const sha256 = catalogueHash(catalogue);
  if (await isOwnCatalogue(options, sha256)) return;
  await pool.query(MARK, [ledger, sha256]);
  await loadCatalogueInto(options, catalogue);
}
