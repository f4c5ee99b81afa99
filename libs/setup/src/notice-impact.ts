import type { Pool } from 'pg';
import { effectOf, olderVersions } from '#consent';
import { readPublications } from '#ledger';

/** How many consents stand under some versions of a notice. */
export interface NoticeImpact {
  consents: number;
  people: number;
  purposes: { id: string; consents: number }[];
}

const COUNT = `
SELECT purpose, count(*)::int AS consents, count(DISTINCT person)::int AS people FROM heads
WHERE ledger = $1 AND coalesce(state::json #>> '{chosen,status}', status) IN ('given', 'renewed') AND state::json #>> '{notice,id}' = $2 AND state::json #>> '{notice,version}' = ANY ($3::text[])
GROUP BY ROLLUP (purpose) ORDER BY purpose NULLS LAST`;

interface Row {
  purpose: string | null;
  consents: number;
  people: number;
}

/** Counts at this moment, over all streams: what a material change would withdraw if nobody renews meanwhile. Changes nothing. */
export async function countUnder(pool: Pool, ledger: number, notice: string, versions: readonly string[]): Promise<NoticeImpact> {
  const { rows } = await pool.query<Row>(COUNT, [ledger, notice, versions]);
  const total = rows.find((row) => row.purpose === null);
  const purposes = rows.flatMap(({ purpose, consents }) => (purpose === null ? [] : [{ id: purpose, consents }]));
  return { consents: total?.consents ?? 0, people: total?.people ?? 0, purposes };
}

export interface VersionImpact extends NoticeImpact {
  /** Absent where this version is not published. */
  change?: 'editorial' | 'material';
  /** From when the change counts, where it is published and material. */
  from?: string;
}

/** What a version does, or would do if it were published as a material change, to the consents that stand now. Throws of a notice that was never published. */
export async function noticeImpact(pool: Pool, ledger: number, { id, version }: { id: string; version: string }): Promise<VersionImpact> {
  const publications = await readPublications(pool, ledger);
  const ids = new Set(publications.map((one) => one.id));
  if (!ids.has(id)) throw new Error(`no version of ${id} was ever published, so nothing stands under it; there are ${[...ids].sort().join(', ')}`);
  const known = publications.find((one) => one.id === id && one.version === version);
  if (known?.change === 'editorial') return { change: 'editorial', consents: 0, people: 0, purposes: [] };
  const older = known ? [...olderVersions(publications, known)] : publications.filter((one) => one.id === id).map((one) => one.version);
  const impact = await countUnder(pool, ledger, id, older);
  return known ? { change: 'material', from: effectOf(known), ...impact } : impact;
}
