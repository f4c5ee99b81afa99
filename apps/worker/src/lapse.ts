import { decideLapse } from '#consent';
import { microsOf, nowMicros, timeText, type CatalogueInForce } from '#ledger';
import { appendAll, type Consequence, type RoundOptions } from './consequence.js';
import type { Round } from './rounds.js';

const NAME = 'lapse';
const PAGE = 1_000;

/** Tokens whose life is over, with the status of the stream that each belongs to. */
export const READ_LAPSED = `
SELECT t.person, t.purpose, t.event, to_char(t.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS due,
  encode(t.hash, 'hex') AS hash, h.status
FROM (SELECT person, purpose, event, expires_at, hash FROM tokens
  WHERE ledger = $1 AND expires_at <= $2::timestamptz AND (expires_at, hash) > ($3::timestamptz, decode($4, 'hex'))
  ORDER BY expires_at, hash LIMIT $5) t
LEFT JOIN LATERAL (SELECT status FROM heads WHERE ledger = $1 AND person = t.person AND purpose = t.purpose LIMIT 1) h ON true
ORDER BY t.expires_at, t.hash`;

interface Lapsed {
  person: string;
  purpose: string;
  event: string;
  due: string;
  hash: string;
  status: string | null;
}

function consequenceOf({ person, purpose, event, due, status }: Lapsed, catalogue: CatalogueInForce): Consequence[] {
  const defined = catalogue.purposes.get(purpose);
  if (!defined || status !== 'requested') return [];
  return [{ person, purposes: [defined], request: event, job: NAME, decide: (stream, now) => decideLapse(stream, event, timeText(microsOf(due)), now) }];
}

/**
 * Lapse (rule 4): a request that was not confirmed within its token's life is closed, and the status before stands again. The
 * token stays, so that its link goes on saying that it is closed. A token that was looked at once is not looked at again by
 * this process, unless its request could not be closed: an event is open once, so what was not open then never will be.
 */
export function lapse(options: RoundOptions): Round {
  let seen = { due: '-infinity', hash: '' };
  let unsettled: Consequence[] = [];
  async function readPage(): Promise<Lapsed[]> {
    const values = [options.ledger, timeText(nowMicros()), seen.due, seen.hash, PAGE];
    const { rows } = await options.pool.query<Lapsed>({ name: 'read-lapsed', text: READ_LAPSED, values });
    return rows;
  }
  return {
    name: NAME,
    everyMs: 10_000,
    async run(term) {
      const failed: Consequence[] = [];
      let written = await appendAll(options, unsettled, (one) => failed.push(one));
      unsettled = failed;
      for (let page = await readPage(); page.length > 0 && term.leads(); page = await readPage()) {
        const catalogue = await options.catalogue();
        if (!catalogue) break;
        written += await appendAll(options, page.flatMap((one) => consequenceOf(one, catalogue)), (one) => failed.push(one));
        seen = page.at(-1) ?? seen;
      }
      return written;
    },
  };
}
