import { Refusal } from '#ledger';
import { MOST_PACK_BYTES } from '#proof';
import { isAsked } from './open-items.js';
import type { PackRequest, PackSource } from './source.js';

/** Of what whoever verifies a pack unpacks, this much is kept for events, proofs and the PDF. */
const FOR_THE_REST = 128 * 2 ** 20;
const MB = 1_000_000;
const SIZES = 'SELECT kinds, sum(octet_length(sealed)) AS bytes FROM evidence WHERE ledger = $1 AND person = ANY ($2) GROUP BY kinds';

/** Throws Refusal 422 where the files to be opened would make a pack that is too large to be verified. Texts weigh nothing beside them. */
export async function demandSize({ pool, ledger }: PackSource, people: ReadonlySet<string>, { open, mostBytes = MOST_PACK_BYTES - FOR_THE_REST }: PackRequest): Promise<void> {
  const { rows } = await pool.query<{ kinds: string; bytes: string }>(SIZES, [ledger, [...people]]);
  const opened = rows.filter(({ kinds }) => kinds.split(',').some((kind) => kind.startsWith('file') && isAsked(open, kind)));
  const bytes = opened.reduce((sum, row) => sum + Number(row.bytes), 0);
  if (bytes <= mostBytes) return;
  throw new Refusal(422, 'pack_too_large', `the files to be opened have ${Math.ceil(bytes / MB)} MB, and a pack with more than ${Math.floor(mostBytes / MB)} MB of them cannot be verified: open fewer kinds, the files (\`file\`) not among them`);
}
