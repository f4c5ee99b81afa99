import { causeOfExpiry, decideExpiry, type Stream } from '#consent';
import { nowMicros, timeText, type CatalogueInForce } from '#ledger';
import { appendAll, type Consequence, type RoundOptions } from './consequence.js';
import type { Round } from './rounds.js';

const NAME = 'expiry';
/** Twenty batches of the ledger: it never waits for the next page. */
const PAGE = 2_000;

/** Consents whose end has passed, by the index over ends; from one key on, so that one which stays does not hold up the others. */
export const READ_DUE = `
SELECT person, purpose, valid_until::text AS due, state FROM heads
WHERE ledger = $1 AND valid_until <= $2::timestamptz AND (valid_until, person, purpose) > ($3::timestamptz, $4::uuid, $5::text)
ORDER BY valid_until, person, purpose LIMIT $6`;

interface Due {
  person: string;
  purpose: string;
  due: string;
  state: string;
}

const FIRST = { due: '-infinity', person: '00000000-0000-0000-0000-000000000000', purpose: '' };

/** Where the grant has had another consequence, such as the end of a pause that it went on with, the expiry follows from that one. */
function consequenceOf({ person, purpose, state }: Due, catalogue: CatalogueInForce): Consequence[] {
  const defined = catalogue.purposes.get(purpose);
  const stream = JSON.parse(state) as Stream;
  const cause = causeOfExpiry(stream);
  if (!defined || cause === undefined) return [];
  const one = { person, purposes: [defined], job: NAME, decide: (standing: Stream, now: string) => decideExpiry(standing, cause, now) };
  return [{ ...one, request: cause, ...(stream.event !== undefined && stream.event !== cause && { instead: [{ ...one, request: stream.event }] }) }];
}

/**
 * Expiry (GDPR 7; rules 6 and 7): for each consent whose `validUntil` has passed, people's and devices' alike, one
 * `consent-withdrawn` with reason `expired`. While a page is written the next one is read. Answers do not wait for it: a check
 * says no from `validUntil` on.
 */
export function expiry(options: RoundOptions): Round {
  const { pool, ledger } = options;
  async function readPage(now: string, { due, person, purpose }: Omit<Due, 'state'>): Promise<Due[]> {
    const { rows } = await pool.query<Due>({ name: 'read-due', text: READ_DUE, values: [ledger, now, due, person, purpose, PAGE] });
    return rows;
  }
  return {
    name: NAME,
    everyMs: 5_000,
    async run(term) {
      const now = timeText(nowMicros());
      let written = 0;
      let page = await readPage(now, FIRST);
      while (page.length > 0 && term.leads()) {
        const catalogue = await options.catalogue();
        if (!catalogue) break;
        const appending = appendAll(options, page.flatMap((due) => consequenceOf(due, catalogue)));
        const last = page.at(-1) ?? FIRST;
        const [done, next] = await Promise.all([appending, page.length < PAGE ? [] : readPage(now, last)]);
        written += done;
        page = next;
      }
      return written;
    },
  };
}
